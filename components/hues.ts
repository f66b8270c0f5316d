/** Colours of hues, for what is drawn by the graphics device and not by a style sheet. Pure. */

export type Rgb = readonly [number, number, number];

/** A strong colour of a hue in degrees: HSL with 65 % saturation and 50 % lightness. */
export function rgbOf(hue: number): Rgb {
  const channel = (shift: number): number => {
    const k = (shift + hue / 30) % 12;
    return Math.round(255 * (0.5 - 0.325 * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}
