/** Images as matrices of brightness from 0 to 255: one drawn by formula, or a file of the person's own, which stays on this device. */

const SIDE = 64;
/** Longest side of a file's image: a decomposition of this size takes a moment. */
const MOST = 96;

let drawn: readonly (readonly number[])[] | null = null;

/** A lit ball over a striped floor: smooth parts of low rank, an edge that is round, and a pattern at an angle. */
export function drawnImage(): readonly (readonly number[])[] {
  drawn ??= Array.from({ length: SIDE }, (_, row) =>
    Array.from({ length: SIDE }, (__, column) => {
      const [x, y] = [(column - 31.5) / 32, (31.5 - row) / 32];
      const square = 1 - ((x - 0.05) ** 2 + (y - 0.12) ** 2) / 0.36;
      if (square > 0) return 40 + 200 * Math.max(0, (0.55 * y - 0.45 * x + 0.75 * Math.sqrt(square)) / 1.1);
      if (y < -0.25) return Math.sin(14 * (x / (0.4 - y)) + 3) * Math.sin(9 / (0.4 - y)) > 0 ? 205 : 95;
      return 150 + 70 * y;
    }),
  );
  return drawn;
}

/** @throws where the file is no image that this browser reads */
export async function imageOfFile(file: File): Promise<readonly (readonly number[])[]> {
  const bitmap = await createImageBitmap(file);
  const shrink = Math.min(1, MOST / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [Math.max(2, Math.round(bitmap.width * shrink)), Math.max(2, Math.round(bitmap.height * shrink))];
  const context = new OffscreenCanvas(width, height).getContext('2d')!;
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const { data } = context.getImageData(0, 0, width, height);
  // Brightness as ITU-R BT.601 weighs red, green and blue.
  return Array.from({ length: height }, (_, row) => Array.from({ length: width }, (__, column) => [0.299, 0.587, 0.114].reduce((sum, weight, channel) => sum + weight * data[4 * (row * width + column) + channel]!, 0)));
}
