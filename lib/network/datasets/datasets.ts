/**
 * The data sets that Tarn can make, by name.
 *
 * Each is made from a seed, and from the same seed the same on every machine (spirals: see there). Rules Z3–Z4 in docs/SPEC.md.
 */
import { colourShapes } from './colourShapes.ts';
import type { Generator } from './generated.ts';
import { glyphs } from './glyphs.ts';
import { line } from './line.ts';
import { circle, gauss, moons, sine, xor } from './planeClasses.ts';
import { spirals } from './spirals.ts';

export const GENERATORS: readonly Generator[] = [circle, xor, gauss, spirals, moons, sine, line, glyphs, colourShapes];
