/**
 * The deck.gl layers around the height field: the floor that shows where a slice will be, and the
 * path of a training run. Each exists once per view, named after it, since heights differ.
 */
import { LineLayer, PathLayer, type Layer } from 'deck.gl';
import type { Rgb } from '#components/hues.ts';
import { CARTESIAN } from './heightFieldLayer.ts';
import { opacitiesOf, PATH_COLOUR, type CheckpointMark } from './marks.ts';
import { clipToBox, heightOnto, planeCorner, xOf, yOf, type PlanePoint, type Scene, type Vector } from './scene.ts';
import { MAP, ORBIT, type ViewId } from './viewLayout.ts';

type Rgba = [number, number, number, number];
type Segment = { readonly from: Vector; readonly to: Vector; readonly colour: Rgba; readonly width: number };

export type FloorInput = { readonly scene: Scene; readonly ticks: { readonly alpha: readonly number[]; readonly beta: readonly number[] }; readonly cursor: PlanePoint | null; readonly isDark: boolean };

const CROSS: Rgba = [226, 96, 36, 230];

export function floorLayers({ scene, ticks, cursor, isDark }: FloorInput): readonly Layer[] {
  const frame: Rgba = isDark ? [150, 164, 184, 190] : [96, 108, 126, 190];
  const faint: Rgba = isDark ? [150, 164, 184, 54] : [96, 108, 126, 60];
  const [left, bottom] = planeCorner(scene, -1, -1);
  const [right, top] = planeCorner(scene, 1, 1);
  const segments: Segment[] = [];
  const add = (x0: number, y0: number, x1: number, y1: number, colour: Rgba, width: number) =>
    segments.push({ from: [x0, y0, 0], to: [x1, y1, 0], colour, width });
  for (const a of ticks.alpha) add(xOf(scene, a), bottom, xOf(scene, a), top, faint, 1);
  for (const b of ticks.beta) add(left, yOf(scene, b), right, yOf(scene, b), faint, 1);
  add(left, bottom, right, bottom, frame, 1.25);
  add(right, bottom, right, top, frame, 1.25);
  add(right, top, left, top, frame, 1.25);
  add(left, top, left, bottom, frame, 1.25);
  if (cursor) {
    add(xOf(scene, cursor.a), bottom, xOf(scene, cursor.a), top, CROSS, 1);
    add(left, yOf(scene, cursor.b), right, yOf(scene, cursor.b), CROSS, 1);
  }
  return [ORBIT, MAP].map(
    (view) =>
      new LineLayer<Segment>({
        id: `floor-${view}`,
        data: segments,
        coordinateSystem: CARTESIAN,
        getSourcePosition: ({ from }) => [...from],
        getTargetPosition: ({ to }) => [...to],
        getColor: ({ colour }) => colour,
        getWidth: ({ width }) => width,
        widthUnits: 'pixels',
        parameters: { depthCompare: view === MAP ? 'always' : 'less-equal', depthWriteEnabled: false },
      }),
  );
}

export type PathInput = { readonly scene: Scene; readonly trajectory: readonly CheckpointMark[]; readonly heightOver: (point: PlanePoint) => number; readonly isDark: boolean; /** Of the checkpoints of all paths, where there are several. */ readonly farthest?: number | undefined };

/** A straight cut from A to B, laid on the surface. */
export function sectionLayers(section: { readonly from: PlanePoint; readonly to: PlanePoint } | null, { scene, heightOver, isDark }: Omit<PathInput, 'trajectory'>): readonly Layer[] {
  if (!section) return [];
  const marks = [section.from, section.to].map(({ a, b }, index): CheckpointMark => ({ id: String(index), title: '', epoch: null, a, b, distance: 0, captured: 1, onPlane: true }));
  return pathLayers({ scene, trajectory: marks, heightOver, isDark }, 'section', isDark ? [240, 240, 240] : [20, 24, 32]);
}

/** A piece of the path between two checkpoints, laid on the surface. */
type Piece = { readonly places: readonly Vector[]; readonly opacity: number };

/** What is straight on the floor bends over the surface: it follows it in steps of so much of the scene, at most so many. */
const STEP_LENGTH = 2;
const MOST_STEPS = 24;
/** How far the path stands above the surface, so that the two do not flicker. */
const LIFT = 0.35;

export function pathLayers({ scene, trajectory, heightOver, isDark, farthest }: PathInput, name = 'path', colour: Rgb = PATH_COLOUR): readonly Layer[] {
  if (trajectory.length < 2) return [];
  const opacities = opacitiesOf(trajectory, farthest);
  const layers: Layer[] = [];
  const layer = (id: string, pieces: readonly Piece[], colour: readonly [number, number, number], width: number, strength: number, isThrough: boolean) =>
    new PathLayer<Piece>({
      id,
      data: pieces,
      coordinateSystem: CARTESIAN,
      getPath: ({ places }) => places.map((place): [number, number, number] => [...place]),
      getColor: ({ opacity }): Rgba => [...colour, Math.round(255 * opacity * strength)],
      getWidth: width,
      widthUnits: 'pixels',
      capRounded: true,
      jointRounded: true,
      billboard: true,
      parameters: { depthCompare: isThrough ? 'always' : 'less-equal', depthWriteEnabled: false },
    });
  const halo = isDark ? ([10, 14, 22] as const) : ([255, 255, 255] as const);
  for (const view of [ORBIT, MAP] as const) {
    const pieces = piecesOf(scene, trajectory, opacities, heightOver, view);
    const isFlat = view === MAP;
    // Behind a hill the path is still faintly there.
    if (!isFlat) layers.push(layer(`${name}-behind-${view}`, pieces, colour, 2, 0.28, true));
    layers.push(layer(`${name}-halo-${view}`, pieces, halo, 5.5, 0.8, isFlat));
    layers.push(layer(`${name}-${view}`, pieces, colour, 2.75, 1, isFlat));
  }
  return layers;
}

/** The path between the rims of the picture; @returns as many pieces as there are between checkpoints with a part inside. */
export function piecesOf(scene: Scene, trajectory: readonly CheckpointMark[], opacities: readonly number[], heightOver: PathInput['heightOver'], view: ViewId): readonly Piece[] {
  const pieces: Piece[] = [];
  for (let index = 1; index < trajectory.length; index++) {
    const from = trajectory[index - 1]!;
    const to = trajectory[index]!;
    // Beyond the rim nothing was measured that a path could lie on.
    const within = clipToBox(scene, heightOnto(scene, from, 0), heightOnto(scene, to, 0));
    if (!within) continue;
    const [start, end] = within;
    const places: Vector[] = [];
    // On the map a straight piece is straight.
    const length = (end - start) * Math.hypot(xOf(scene, to.a) - xOf(scene, from.a), yOf(scene, to.b) - yOf(scene, from.b));
    const steps = view === MAP ? 1 : Math.min(MOST_STEPS, Math.max(1, Math.ceil(length / STEP_LENGTH)));
    for (let step = 0; step <= steps; step++) {
      const t = start + ((end - start) * step) / steps;
      const point = { a: from.a + (to.a - from.a) * t, b: from.b + (to.b - from.b) * t };
      places.push(view === MAP ? [xOf(scene, point.a), yOf(scene, point.b), 0] : heightOnto(scene, point, heightOver(point) + LIFT));
    }
    pieces.push({ places, opacity: (opacities[index - 1]! + opacities[index]!) / 2 });
  }
  return pieces;
}
