/** Points in space as they look after a turn about the upright axis, from above. */

const TILT = 0.8;

/** @param space rows of three, the second upright @param degrees of the turn */
export function turned(space: readonly (readonly number[])[], degrees: number): readonly (readonly [number, number])[] {
  const mean = [0, 1, 2].map((axis) => space.reduce((sum, row) => sum + row[axis]!, 0) / space.length);
  const angle = (degrees * Math.PI) / 180;
  return space.map((row) => {
    const [x, y, z] = row.map((value, axis) => value - mean[axis]!) as [number, number, number];
    const away = x * Math.sin(angle) + z * Math.cos(angle);
    return [x * Math.cos(angle) - z * Math.sin(angle), y * Math.cos(TILT) + away * Math.sin(TILT)];
  });
}
