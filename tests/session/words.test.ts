/** Numbers as people read them. */
import { describe, expect, it } from 'vitest';
import { DEFAULT_CAMERA, cameraSchema } from '#lib/session/camera.ts';
import { DEFAULT_LOOK, lookSchema } from '#lib/session/look.ts';
import { formatBytes, formatCoordinate, formatCount, formatLoss, formatRoughLoss, formatShare } from '#lib/session/words.ts';
import { read } from '#lib/parsed.ts';

describe('words', () => {
  it('[words] losses have four digits and a true minus sign', () => {
    expect([1.3724, 0.083149, 11, 0, -9, 12345.6, 3.14e-7, -2.5e9].map(formatLoss)).toEqual(['1.372', '0.08315', '11', '0', '−9', '12,346', '3.1×10⁻⁷', '−2.5×10⁹']);
    expect([NaN, Infinity, -Infinity].map(formatLoss)).toEqual(['not a number', 'infinite', 'minus infinity']);
    expect([1.3724, 147, 0.0314, 2.4e7].map(formatRoughLoss)).toEqual(['1.4', '150', '0.031', '2×10⁷']);
  });

  it('[words] coordinates have the digits that tell neighbours apart', () => {
    expect([formatCoordinate(-0.6123), formatCoordinate(0.24), formatCoordinate(0), formatCoordinate(-0.001, 0.01), formatCoordinate(0.03125, 0.03125), formatCoordinate(12, 1)]).toEqual(['−0.61', '0.24', '0', '0.00', '0.03', '12']);
    expect(formatShare(0.583)).toBe('58.3 %');
    expect(formatCount(105866)).toBe('105,866');
  });
});

describe('sizes', () => {
  it('[words] have three digits and steps of a thousand', () => {
    expect([0, 4, 854, 999.6, 1000, 79_240, 3_423_080, 999_999, 2_929_369_171_600].map(formatBytes)).toEqual(['0 B', '4 B', '854 B', '1 kB', '1 kB', '79.2 kB', '3.42 MB', '1 MB', '2.93 TB']);
  });
});

describe('a look and a camera in a link', () => {
  it('[words] come back as they were, and refuse what cannot be drawn', () => {
    expect(read(lookSchema, JSON.parse(JSON.stringify(DEFAULT_LOOK)))).toEqual({ ok: true, value: DEFAULT_LOOK });
    expect(read(cameraSchema, JSON.parse(JSON.stringify(DEFAULT_CAMERA)))).toEqual({ ok: true, value: DEFAULT_CAMERA });
    expect(read(lookSchema, { ...DEFAULT_LOOK, range: { min: 2, max: 1 } }).ok).toBe(false);
    expect(read(lookSchema, { ...DEFAULT_LOOK, colourMap: 'jet' }).ok).toBe(false);
    expect(read(cameraSchema, { ...DEFAULT_CAMERA, view: 'side' }).ok).toBe(false);
    expect(read(cameraSchema, { ...DEFAULT_CAMERA, map: { zoom: Infinity, target: [0, 0] } }).ok).toBe(false);
  });
});
