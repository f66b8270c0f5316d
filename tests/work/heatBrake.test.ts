/** When a device is spared because its work became slow: series of tile times, no clock. */
import { describe, expect, test } from 'vitest';
import { HeatBrake } from '#lib/work/heatBrake.ts';

/** Notes a tile each second for so long; the seconds at which the brake changed. */
function run(brake: HeatBrake, from: number, seconds: number, msAt: (second: number) => number, kind = 'a'): readonly (readonly [second: number, isOn: boolean])[] {
  const changes: (readonly [number, boolean])[] = [];
  for (let second = from; second < from + seconds; second++) {
    const before = brake.isOn;
    brake.note(kind, msAt(second), second * 1000);
    if (brake.isOn !== before) changes.push([second, brake.isOn]);
  }
  return changes;
}

describe('HeatBrake', () => {
  test('[P19] a device that becomes twice as slow is braked within half a minute, and let go when it has been well for a while', () => {
    const brake = new HeatBrake();
    expect(run(brake, 0, 60, () => 10)).toEqual([]);
    // The median of eleven tiles is slow after six of them, and then for ten seconds more.
    expect(run(brake, 60, 60, () => 21)).toEqual([[75, true]]);
    // Cool again: fast after six tiles, well for twenty seconds.
    expect(run(brake, 120, 60, () => 11)).toEqual([[145, false]]);
  });

  test('[P19] throttling that creeps in is measured against the best, not against the minute before', () => {
    const brake = new HeatBrake();
    run(brake, 0, 20, () => 10);
    const changes = run(brake, 20, 300, (second) => 10 * (1 + (second - 20) / 150));
    expect(changes).toHaveLength(1);
    expect(changes[0]![0]).toBeGreaterThan(170);
    expect(changes[0]![0]).toBeLessThan(190);
  });

  test('[P19] one slow tile, a short stutter, a noisy device and a dearer kind of work brake nothing', () => {
    const brake = new HeatBrake();
    run(brake, 0, 30, () => 10);
    expect(run(brake, 30, 1, () => 900)).toEqual([]);
    expect(run(brake, 31, 30, () => 10)).toEqual([]);
    expect(run(brake, 61, 9, () => 40)).toEqual([]);
    expect(run(brake, 70, 60, (second) => (second % 2 === 0 ? 8 : 15))).toEqual([]);
    expect(run(brake, 130, 60, () => 500, 'another network')).toEqual([]);
  });

  test('[P19] it stays on while the device stays slow, and for a minute at least', () => {
    const brake = new HeatBrake();
    run(brake, 0, 20, () => 10);
    run(brake, 20, 600, () => 30);
    expect(brake.isOn).toBe(true);
    const other = new HeatBrake();
    run(other, 0, 20, () => 10);
    const [[braked]] = run(other, 20, 20, () => 30) as [[number, boolean]];
    expect(run(other, 40, 100, () => 10)).toEqual([[braked + 60, false]]);
  });
});
