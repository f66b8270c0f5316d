/**
 * A camera: from where a slice is seen. It travels in links, so it does not depend on a window's size:
 * zoom 0 fits the slice into whatever room there is, and targets count in the units of the drawing,
 * whose longest side is 100.
 */
import * as z from 'zod/mini';

export const VIEWS = ['3d', 'map', 'both'] as const;
export type ViewName = (typeof VIEWS)[number];

export type Camera = {
  readonly view: ViewName;
  readonly orbit: {
    /** Degrees around the vertical. */
    readonly azimuth: number;
    /** Degrees above the floor, 0 … 90. */
    readonly elevation: number;
    /** Doublings against the view that fits. */
    readonly zoom: number;
    readonly target: readonly [number, number, number];
  };
  readonly map: { readonly zoom: number; readonly target: readonly [number, number] };
};

export const DEFAULT_CAMERA: Camera = {
  view: '3d',
  orbit: { azimuth: -32, elevation: 34, zoom: 0, target: [0, 0, 0] },
  map: { zoom: 0, target: [0, 0] },
};

export const ZOOM_LIMITS = { min: -2, max: 6 } as const;

const zoom = z.number().check(z.minimum(ZOOM_LIMITS.min), z.maximum(ZOOM_LIMITS.max));
const place = z.number().check(z.minimum(-500), z.maximum(500));

export const cameraSchema: z.ZodMiniType<Camera> = z.strictObject({
  view: z.enum(VIEWS),
  orbit: z.strictObject({
    azimuth: z.number().check(z.minimum(-36000), z.maximum(36000)),
    elevation: z.number().check(z.minimum(0), z.maximum(90)),
    zoom,
    target: z.tuple([place, place, place]),
  }),
  map: z.strictObject({ zoom, target: z.tuple([place, place]) }),
});
