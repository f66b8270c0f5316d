/**
 * The link is the document: slice, look, camera and layer of a view, written in the fragment of its address.
 *
 * Only what differs from the default is written, so links stay short. What cannot be read is left at its
 * default, each part on its own: an old link still opens. Rules P1, P2 in docs/SPEC.md.
 */
import type * as z from 'zod/mini';
import { canonicalJson } from '#lib/digest.ts';
import { read } from '#lib/parsed.ts';
import { sliceIdSchema } from '#lib/slice/recipe.ts';
import { cameraSchema, DEFAULT_CAMERA, type Camera } from './camera.ts';
import { DEFAULT_LOOK, lookSchema, type Look } from './look.ts';

export type LinkState = {
  /** The edit key, so that the address copied by hand gives what the person has. */
  readonly key: string | null;
  readonly slice: string | null;
  readonly look: Look;
  readonly camera: Camera;
  /** Of a volume, which sample of γ is shown; null for the one through the centre. */
  readonly layer: number | null;
};

/** Digits kept of a camera: a hundredth of a degree, a thousandth of a zoom. */
const CAMERA_DIGITS = 3;

/** @param hash with or without its leading # */
export function readLink(hash: string): LinkState {
  const fields = new URLSearchParams(hash.replace(/^#/, ''));
  const slice = read(sliceIdSchema, fields.get('slice'));
  return {
    key: fields.get('key'),
    slice: slice.ok ? slice.value : null,
    look: merge(lookSchema, DEFAULT_LOOK, fields.get('look')),
    camera: merge(cameraSchema, DEFAULT_CAMERA, fields.get('camera')),
    layer: layerOf(fields.get('layer')),
  };
}

/** The fragment for a view, with its leading #; empty when there is nothing to say. */
export function writeLink({ key, slice, look, camera, layer }: LinkState): string {
  const fields = new URLSearchParams();
  if (key !== null) fields.set('key', key);
  if (slice !== null) fields.set('slice', slice);
  const lookDifference = difference(look, DEFAULT_LOOK);
  if (lookDifference) fields.set('look', lookDifference);
  const cameraDifference = difference(rounded(camera), DEFAULT_CAMERA);
  if (cameraDifference) fields.set('camera', cameraDifference);
  if (layer !== null) fields.set('layer', String(layer));
  const text = fields.toString();
  return text === '' ? '' : `#${text}`;
}

const layerOf = (text: string | null): number | null => (text !== null && /^\d{1,4}$/.test(text) ? Number(text) : null);

function merge<T extends object>(schema: z.ZodMiniType<T>, defaults: T, text: string | null): T {
  if (text === null) return defaults;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return defaults;
  }
  if (typeof json !== 'object' || json === null) return defaults;
  const outcome = read(schema, { ...defaults, ...json });
  return outcome.ok ? outcome.value : defaults;
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
