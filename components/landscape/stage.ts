/**
 * The stage: one deck.gl canvas with the relief, the map, or both, kept in step with a surface.
 *
 * It is told what to show and tells where people point; it makes no decision of its own and knows no
 * React. Tiles reach the canvas by a texture write in the next frame, never by a new layer.
 */
import { Deck, OrbitView, OrthographicView, type Viewport } from 'deck.gl';
import type { Camera } from '#lib/session/camera.ts';
import { nearestIndex } from '#lib/slice/grid.ts';
import type { LossRange } from '#lib/work/surface.ts';
import type { DrawnLook } from './colourMaps.ts';
import { HeightFieldLayer, strideWithin, type ShaderScale, type Tint } from './heightFieldLayer.ts';
import { lossScaleOf, rangeOf, type LossScale } from './lossScale.ts';
import { farthestOf, type CheckpointMark, type RunMarks } from './marks.ts';
import { canRedraw } from './redraw.ts';
import { castRay, planePointAt, sceneOf, type PlanePoint, type Scene } from './scene.ts';
import { floorLayers, pathLayers, sectionLayers } from './sceneLayers.ts';
import { watchRectangles, type SurfaceSource } from './surfaceSource.ts';
import { MAP, ORBIT, mapStateOf, orbitStateOf, roomsOf, withMap, withOrbit, type MapState, type OrbitState, type ViewId, type ViewRoom } from './viewLayout.ts';

export type StageInput = {
  readonly look: DrawnLook;
  readonly camera: Camera;
  readonly cursor: PlanePoint | null;
  readonly trajectory: readonly CheckpointMark[];
  readonly runs: readonly RunMarks[];
  readonly ticks: { readonly alpha: readonly number[]; readonly beta: readonly number[] };
  readonly isDark: boolean;
  readonly isStill: boolean;
  readonly tint: Tint | null;
  /** A cross-section that is drawn over the surface. */
  readonly section: { readonly from: PlanePoint; readonly to: PlanePoint } | null;
};

/** What placing labels over a view needs to know. */
export type StageView = {
  readonly room: ViewRoom;
  readonly viewport: Viewport;
  readonly scene: Scene;
  readonly heightScale: LossScale | null;
  readonly heightOver: (point: PlanePoint) => number | null;
};

export type StageEvents = {
  readonly onCamera: (camera: Camera) => void;
  readonly onClick: (point: PlanePoint) => void;
  readonly onDrawn: (views: readonly StageView[]) => void;
  readonly onFailed: (error: Error) => void;
};

export type Stage = {
  readonly update: (input: StageInput) => void;
  /** The point of the slice under a pixel of the canvas; null beside it. */
  readonly pointAt: (x: number, y: number) => PlanePoint | null;
  readonly destroy: () => void;
};

/**
 * Vertices along the longer side: as many as a device draws without a thought, and fewer while it turns; on a software renderer, which takes
 * the time from the page and from what it lends, also while the surface grows. Colours and contours are as fine at any.
 */
const VERTICES = { hardware: { still: 1025, moving: 513 }, software: { still: 193, moving: 33 } } as const;
/** Between two pictures of a surface that grows, on a software renderer: so long at least, and so many times what the last one took. */
const STREAM_MS = 300;
const STREAM_SHARE = 4;
/** A surface that did not grow for so long is drawn as finely as it can be. */
const GROWN_MS = 1000;
/** Share of the way that a changing range moves in one frame. */
const EASE = 0.2;

export function createStage(parent: HTMLDivElement, source: SurfaceSource, first: StageInput, events: StageEvents): Stage {
  const { surface } = source;
  const { grid } = surface.tiling;
  const queue = watchRectangles(source);
  let input = first;
  let shown: LossRange | null = null;
  let isSoftware = false;
  let isMoving = false;
  let isDestroyed = false;
  let frame = 0;
  let streaming: ReturnType<typeof setTimeout> | undefined;
  /** Set while the surface grows, on a software renderer. */
  let growing: ReturnType<typeof setTimeout> | undefined;
  /** Milliseconds for which the page stood still after the last picture, at most a frame more. */
  let took = 0;
  let emitted: Camera | null = null;
  let isCameraDue = false;

  const scene = () => sceneOf(grid, input.look.exaggeration);
  const rooms = () => roomsOf(input.camera.view, Math.max(1, parent.clientWidth), Math.max(1, parent.clientHeight));
  const roomOf = (id: string): ViewRoom | undefined => rooms().find((room) => room.id === id);
  const heightScale = () => shown && lossScaleOf(input.look.heightScale, shown);

  const deck = new Deck<(OrbitView | OrthographicView)[]>({
    parent,
    width: '100%',
    height: '100%',
    views: viewsFor(),
    viewState: viewStates(),
    layers: [],
    layerFilter: ({ layer, viewport }) => layer.id === 'field' || layer.id.endsWith(`-${viewport.id}`),
    getCursor: ({ isDragging }) => (isDragging ? 'grabbing' : 'crosshair'),
    onDeviceInitialized(device) {
      isSoftware = /swiftshader|llvmpipe|software/i.test(`${device.info.renderer} ${device.info.gpu}`);
      if (isSoftware) deck.setProps({ useDevicePixels: false });
    },
    onLoad: () => schedule(),
    onResize: () => {
      place();
      schedule();
    },
    onViewStateChange({ viewId, viewState }) {
      const room = roomOf(viewId);
      if (!room) return;
      const state: unknown = viewState;
      const camera = viewId === MAP ? withMap(input.camera, state as MapState, room, scene()) : withOrbit(input.camera, state as OrbitState, room, scene());
      input = { ...input, camera };
      emitted = camera;
      isCameraDue = true;
      place();
      schedule();
    },
    onInteractionStateChange({ isDragging, isPanning, isRotating, isZooming }) {
      const moving = Boolean(isDragging || isPanning || isRotating || isZooming);
      if (moving === isMoving) return;
      isMoving = moving;
      schedule();
    },
    onClick({ x, y }) {
      const point = pointAt(x, y);
      if (point) events.onClick(point);
    },
    onAfterRender: () => {
      events.onDrawn(stageViews());
      const drawn = performance.now();
      if (isSoftware) requestAnimationFrame(() => (took = performance.now() - drawn));
    },
    onError: (error) => events.onFailed(error),
  });

  canRedraw(parent, () => deck.redraw('picture'));
  const unsubscribe = source.subscribe(streamed);

  function viewsFor(): (OrbitView | OrthographicView)[] {
    const controller = { inertia: input.isStill ? false : 220, doubleClickZoom: false, keyboard: false, scrollZoom: { speed: 0.008, smooth: !input.isStill } };
    return rooms().map(({ id, x, y, width, height }) =>
      id === MAP
        ? new OrthographicView({ id, x, y, width, height, flipY: false, controller })
        : new OrbitView({ id, x, y, width, height, orbitAxis: 'Z', fovy: 32, near: 0.05, far: 100, controller }),
    );
  }

  function viewStates(): Record<string, object> {
    const states: Record<string, object> = {};
    for (const room of rooms()) states[room.id] = room.id === MAP ? mapStateOf(input.camera, room, scene()) : orbitStateOf(input.camera, room, scene());
    return states;
  }

  /** Views and cameras, at once: a drag never waits for anything else. */
  function place(): void {
    if (!isDestroyed) deck.setProps({ views: viewsFor(), viewState: viewStates() });
  }

  function schedule(): void {
    if (frame === 0 && !isDestroyed) frame = requestAnimationFrame(renew);
  }

  /** Tiles that stream in may wait on a software renderer, where the page stands still for a tenth of a second and more, as the machine is busy: a drag may not. */
  function streamed(): void {
    if (!isSoftware) return schedule();
    clearTimeout(growing);
    growing = setTimeout(() => {
      growing = undefined;
      schedule();
    }, GROWN_MS);
    streaming ??= setTimeout(() => {
      streaming = undefined;
      schedule();
    }, Math.max(STREAM_MS, STREAM_SHARE * took));
  }

  function renew(): void {
    frame = 0;
    if (isCameraDue) {
      isCameraDue = false;
      events.onCamera(input.camera);
    }
    const { look } = input;
    const isEasing = easeRange(rangeOf(look, surface.range(look.set)), look.range !== 'auto' || input.isStill || isSoftware);
    deck.setProps({ layers: layers() });
    if (isEasing) schedule();
  }

  function easeRange(wanted: LossRange | null, isCut: boolean): boolean {
    if (!wanted || !shown || isCut) {
      shown = wanted;
      return false;
    }
    const span = wanted.max - wanted.min;
    const isThere = Math.abs(shown.min - wanted.min) + Math.abs(shown.max - wanted.max) <= 0.002 * span;
    shown = isThere ? wanted : { min: shown.min + (wanted.min - shown.min) * EASE, max: shown.max + (wanted.max - shown.max) * EASE };
    return !isThere;
  }

  function layers() {
    const { look, cursor, trajectory, runs, ticks, isDark, tint, section } = input;
    const box = scene();
    const { alpha, beta } = box;
    const farthest = runs.length > 0 ? farthestOf([...trajectory, ...runs.flatMap((run) => run.trajectory)]) : undefined;
    const range = shown ?? { min: 0, max: 1 };
    const limits = VERTICES[isSoftware ? 'software' : 'hardware'];
    const field = new HeightFieldLayer({
      id: 'field',
      field: surface.field(look.set),
      drain: queue.drain,
      version: source.getSnapshot(),
      box: [box.width, box.depth, box.height],
      colourMap: look.colourMap,
      colourScale: shaderScale(lossScaleOf(look.colourScale, range)),
      heightScale: shaderScale(lossScaleOf(look.heightScale, range)),
      contourCount: look.contours ? look.contourCount : 0,
      cross: cursor ? [(cursor.a - alpha.min) / (alpha.max - alpha.min), (cursor.b - beta.min) / (beta.max - beta.min)] : null,
      isDark,
      tint,
      stride: strideWithin(grid.columns, grid.rows, isMoving || growing !== undefined ? limits.moving : limits.still),
      parameters: { depthCompare: 'less-equal', depthWriteEnabled: true, cullMode: 'none' },
    });
    return [
      ...floorLayers({ scene: box, ticks, cursor, isDark }),
      field,
      ...runs.flatMap((run) => pathLayers({ scene: box, trajectory: run.trajectory, heightOver: (point) => heightOver(point) ?? 0, isDark, farthest }, `path-${run.id}`, run.colour)),
      ...pathLayers({ scene: box, trajectory, heightOver: (point) => heightOver(point) ?? 0, isDark, farthest }),
      ...sectionLayers(section, { scene: box, heightOver: (point) => heightOver(point) ?? 0, isDark }),
    ];
  }

  /** As the shader has it: a loss that is not finite stands at the top. Null where nothing is known. */
  function heightOver(point: PlanePoint): number | null {
    const scale = heightScale();
    const { set } = input.look;
    const box = scene();
    const loss = surface.estimateAt(set, point.a, point.b);
    if (loss !== null) return scale && scale.fraction(loss) * box.height;
    const nearest = surface.valueAt(set, nearestIndex(box.alpha, point.a), nearestIndex(box.beta, point.b));
    return nearest && !Number.isFinite(nearest.loss) ? box.height : null;
  }

  function stageViews(): readonly StageView[] {
    const scale = heightScale();
    const box = scene();
    return deck.getViewports().flatMap((viewport) => {
      const room = roomOf(viewport.id);
      return room ? [{ room, viewport, scene: box, heightScale: scale, heightOver }] : [];
    });
  }

  function pointAt(x: number, y: number): PlanePoint | null {
    const viewport = deck.isInitialized ? deck.getViewports().find((each) => each.containsPixel({ x, y })) : undefined;
    if (!viewport) return null;
    const at = (depth: number) => viewport.unproject([x - viewport.x, y - viewport.y, depth]) as [number, number, number];
    const box = scene();
    const id: ViewId = viewport.id === MAP ? MAP : ORBIT;
    if (id === MAP) {
      const [worldX, worldY] = at(0);
      return planePointAt(box, worldX, worldY);
    }
    return castRay(box, heightOver, at(-1), at(1));
  }

  return {
    update(next) {
      const isOwnCamera = next.camera === emitted || isCameraDue;
      const isPlaceDue = next.camera !== input.camera || next.look.exaggeration !== input.look.exaggeration || next.isStill !== input.isStill;
      const isAsked = isPlaceDue || next.look !== input.look || next.cursor !== input.cursor || next.tint !== input.tint || next.section !== input.section || next.isDark !== input.isDark;
      input = isOwnCamera && next.camera.view === input.camera.view ? { ...next, camera: input.camera } : next;
      if (isPlaceDue) place();
      if (isAsked) schedule();
      else streamed();
    },
    pointAt,
    destroy() {
      isDestroyed = true;
      cancelAnimationFrame(frame);
      clearTimeout(streaming);
      clearTimeout(growing);
      unsubscribe();
      queue.stop();
      deck.finalize();
      // A deck that is ended before its device is ready leaves its canvas behind.
      parent.replaceChildren();
    },
  };
}

const shaderScale = ({ kind, low, high }: LossScale): ShaderScale => ({ low, high, isLog: kind === 'log' });
