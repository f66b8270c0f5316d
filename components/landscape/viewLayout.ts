/**
 * Where the views stand on the canvas, and how a camera that fits any window becomes deck.gl's view states.
 */
import { ZOOM_LIMITS, type Camera, type ViewName } from '#lib/session/camera.ts';
import type { Scene } from './scene.ts';

export const ORBIT = '3d';
export const MAP = 'map';
export type ViewId = typeof ORBIT | typeof MAP;

export type ViewRoom = { readonly id: ViewId; readonly x: number; readonly y: number; readonly width: number; readonly height: number };

const NARROW = 760;

/** Side by side where there is room, else one above the other. */
export function roomsOf(view: ViewName, width: number, height: number): readonly ViewRoom[] {
  if (view !== 'both') return [{ id: view, x: 0, y: 0, width, height }];
  if (width >= NARROW) {
    const left = Math.round(width * 0.58);
    return [
      { id: ORBIT, x: 0, y: 0, width: left, height },
      { id: MAP, x: left, y: 0, width: width - left, height },
    ];
  }
  const top = Math.round(height * 0.52);
  return [
    { id: ORBIT, x: 0, y: 0, width, height: top },
    { id: MAP, x: 0, y: top, width, height: height - top },
  ];
}

/** Room that labels need around the picture, in pixels. */
const MARGIN = 60;

/** log₂ of pixels per unit at zoom 0. */
export function fittingZoom(room: ViewRoom, scene: Scene): number {
  if (room.id === MAP) return Math.log2(Math.max(0.2, Math.min((room.width - 2 * MARGIN) / scene.width, (room.height - 2 * MARGIN) / scene.depth)));
  const across = Math.hypot(scene.width, scene.depth);
  return Math.log2(Math.max(0.2, Math.min((room.width - 40) / (across * 1.12), (room.height - 30) / (across * 0.6 + scene.height * 0.95))));
}

/** The middle of the box, about which an untouched camera turns. */
const middleOf = (scene: Scene): number => scene.height * 0.24;

export type OrbitState = { readonly target: readonly number[]; readonly rotationX: number; readonly rotationOrbit: number; readonly zoom: number };
export type MapState = { readonly target: readonly number[]; readonly zoom: number };

export const orbitStateOf = ({ orbit }: Camera, room: ViewRoom, scene: Scene) => {
  const fit = fittingZoom(room, scene);
  const [x, y, z] = orbit.target;
  return {
    target: [x, y, z + middleOf(scene)],
    rotationX: orbit.elevation,
    rotationOrbit: orbit.azimuth,
    zoom: fit + orbit.zoom,
    minZoom: fit + ZOOM_LIMITS.min,
    maxZoom: fit + ZOOM_LIMITS.max,
    minRotationX: 3,
    maxRotationX: 90,
  };
};

export const mapStateOf = ({ map }: Camera, room: ViewRoom, scene: Scene) => {
  const fit = fittingZoom(room, scene);
  return { target: [...map.target, 0], zoom: fit + map.zoom, minZoom: fit + ZOOM_LIMITS.min, maxZoom: fit + ZOOM_LIMITS.max };
};

const limited = (zoom: number): number => Math.min(ZOOM_LIMITS.max, Math.max(ZOOM_LIMITS.min, zoom));

export function withOrbit(camera: Camera, state: OrbitState, room: ViewRoom, scene: Scene): Camera {
  const [x = 0, y = 0, z = 0] = state.target;
  return {
    ...camera,
    orbit: {
      azimuth: state.rotationOrbit % 360,
      elevation: state.rotationX,
      zoom: limited(state.zoom - fittingZoom(room, scene)),
      target: [x, y, z - middleOf(scene)],
    },
  };
}

export function withMap(camera: Camera, state: MapState, room: ViewRoom, scene: Scene): Camera {
  const [x = 0, y = 0] = state.target;
  return { ...camera, map: { zoom: limited(state.zoom - fittingZoom(room, scene)), target: [x, y] } };
}

/** A step of the keyboard: degrees around and above, doublings of zoom. */
export function turned(camera: Camera, around: number, above: number): Camera {
  const { orbit } = camera;
  return { ...camera, orbit: { ...orbit, azimuth: (orbit.azimuth + around) % 360, elevation: Math.min(90, Math.max(3, orbit.elevation + above)) } };
}

export const zoomed = (camera: Camera, by: number): Camera => ({
  ...camera,
  orbit: { ...camera.orbit, zoom: limited(camera.orbit.zoom + by) },
  map: { ...camera.map, zoom: limited(camera.map.zoom + by) },
});
