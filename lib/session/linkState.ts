/**
 * The link is the document: slice, look, camera, layer, plane, overlays and comparison of a view, written in the fragment of its address.
 *
 * Only what differs from the default is written, so links stay short. What cannot be read is left at its
 * default, each part on its own, and said: an old link still opens. Rules P1, P2 in docs/SPEC.md.
 */
import * as z from 'zod/mini';
import { canonicalJson } from '#lib/digest.ts';
import { parsed, read, refused, type Parsed, type Problem } from '#lib/parsed.ts';
import type { Triple } from '#lib/slice/cut.ts';
import type { Pose } from '#lib/slice/pose.ts';
import { sliceIdSchema } from '#lib/slice/recipe.ts';
import { cameraSchema, DEFAULT_CAMERA, type Camera } from './camera.ts';
import { comparisonSchema, NO_COMPARISON, type Comparison } from './comparison.ts';
import { DEFAULT_LOOK, lookSchema, type Look } from './look.ts';
import { NO_OVERLAYS, overlaysSchema, type Overlays } from './overlays.ts';

export type LinkState = {
  /** The edit key, so that the address copied by hand gives what the person has. */
  readonly key: string | null;
  readonly slice: string | null;
  readonly look: Look;
  readonly camera: Camera;
  /** Of a volume, which sample of γ is shown; null for the one through the centre. */
  readonly layer: number | null;
  /** In a volume, where the plane stands that is moved through it; null while layers are shown. */
  readonly pose: Pose | null;
  readonly overlays: Overlays;
  readonly comparison: Comparison;
};

/** The view of a link that says nothing. */
export const NO_LINK: LinkState = { key: null, slice: null, look: DEFAULT_LOOK, camera: DEFAULT_CAMERA, layer: null, pose: null, overlays: NO_OVERLAYS, comparison: NO_COMPARISON };

/** Digits kept of a camera: a hundredth of a degree, a thousandth of a zoom. */
const CAMERA_DIGITS = 3;

const angle = z.number().check(z.minimum(-360, 'must be an angle from −360 to 360'), z.maximum(360, 'must be an angle from −360 to 360'));
const triple: z.ZodMiniType<Triple> = z.tuple([z.number(), z.number(), z.number()]);
const poseSchema: z.ZodMiniType<Pose> = z.strictObject({ at: triple, turn: angle, tilt: angle, roll: angle });

/** @param hash with or without its leading # */
export function readLink(hash: string): { readonly link: LinkState; readonly problems: readonly Problem[] } {
  const fields = new URLSearchParams(hash.replace(/^#/, ''));
  const problems: Problem[] = [];
  /** What a part says, or its default; a part that cannot be read is told by its name. */
  const part = <T>(name: string, otherwise: T, readText: (text: string) => Parsed<T>): T => {
    const text = fields.get(name);
    if (text === null) return otherwise;
    const outcome = readText(text);
    if (outcome.ok) return outcome.value;
    problems.push(...outcome.problems.map(({ path, message }) => ({ path: path === '' ? name : `${name}.${path}`, message })));
    return otherwise;
  };
  const link = {
    key: fields.get('key'),
    slice: part<string | null>('slice', null, (text) => read(sliceIdSchema, text)),
    look: part('look', DEFAULT_LOOK, (text) => merged(lookSchema, DEFAULT_LOOK, text)),
    camera: part('camera', DEFAULT_CAMERA, (text) => merged(cameraSchema, DEFAULT_CAMERA, text)),
    layer: part<number | null>('layer', null, (text) => (/^\d{1,4}$/.test(text) ? parsed(Number(text)) : refused('must be a whole number'))),
    pose: part<Pose | null>('pose', null, (text) => merged(poseSchema, {}, text)),
    overlays: part('overlays', NO_OVERLAYS, (text) => merged(overlaysSchema, NO_OVERLAYS, text)),
    comparison: part('compare', NO_COMPARISON, (text) => merged(comparisonSchema, NO_COMPARISON, text)),
  };
  return { link, problems };
}

/** The fragment for a view, with its leading #; empty when there is nothing to say. */
export function writeLink({ key, slice, look, camera, layer, pose, overlays, comparison }: LinkState): string {
  const fields = new URLSearchParams();
  const add = (name: string, text: string | null) => {
    if (text !== null) fields.set(name, text);
  };
  add('key', key);
  add('slice', slice);
  add('look', difference(look, DEFAULT_LOOK));
  add('camera', difference(rounded(camera), DEFAULT_CAMERA));
  add('layer', layer === null ? null : String(layer));
  add('pose', pose && canonicalJson(pose));
  add('overlays', difference({ ...overlays, isCutting: false }, NO_OVERLAYS));
  // How nothing is compared is nothing to say.
  add('compare', comparison.panes.length === 0 ? null : difference(comparison, NO_COMPARISON));
  const text = fields.toString();
  return text === '' ? '' : `#${text}`;
}

function merged<T>(schema: z.ZodMiniType<T>, defaults: object, text: string): Parsed<T> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return refused('is not JSON: the link was cut off or changed');
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return refused('must be an object');
  return read(schema, { ...defaults, ...json });
}

function difference<T extends object>(value: T, defaults: T): string | null {
  const fields = Object.entries(value).filter(([name, field]) => canonicalJson(field) !== canonicalJson(defaults[name as keyof T]));
  return fields.length === 0 ? null : canonicalJson(Object.fromEntries(fields));
}

const round = (value: number): number => Number(value.toFixed(CAMERA_DIGITS));

const rounded = ({ view, orbit, map }: Camera): Camera => ({
  view,
  orbit: {
    azimuth: round(orbit.azimuth),
    elevation: round(orbit.elevation),
    zoom: round(orbit.zoom),
    target: [round(orbit.target[0]), round(orbit.target[1]), round(orbit.target[2])],
  },
  map: { zoom: round(map.zoom), target: [round(map.target[0]), round(map.target[1])] },
});
