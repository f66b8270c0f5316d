/**
 * The canvas of a volume: one deck.gl view of its box, its surfaces of equal loss and the plane that is moved through it.
 *
 * It is told what to show and says where things stand on the screen; it knows no React.
 */
import { Deck, OrbitView, type Viewport } from 'deck.gl';
import type { WholeSource } from '#client/surfaceStore.ts';
import type { Look } from '#lib/session/look.ts';
import type { Cut, Triple } from '#lib/slice/cut.ts';
import { canRedraw } from '#components/landscape/redraw.ts';
import { cubeOf, worldOf } from './cube.ts';
import { boxLayer, othersLayers, pathLayer, placedLayer, planeLayers, shellLayers, shellsOf, type ColouredCut, type ColouredPath, type Shell } from './cubeLayers.ts';
import type { CutSource } from './cutSource.ts';

export type CubeInput = {
  readonly look: Look;
  readonly cut: Cut;
  readonly placed: readonly Cut[];
  /** Planes that others move at this moment. */
  readonly others: readonly ColouredCut[];
  readonly paths: readonly ColouredPath[];
  readonly isDark: boolean;
};

/** Where a place in (α, β, γ) stands on the canvas, in pixels. */
export type Project = (place: Triple) => readonly [x: number, y: number];

export type CubeStage = { readonly update: (input: CubeInput) => void; readonly turn: (degrees: number, lift: number) => void; readonly destroy: () => void };

/** Surfaces of equal loss are made anew at most this often while tiles come in. */
const SHELL_MS = 400;
/** Pixels that the box takes at zoom 0 as it first stands, its names around it. */
const FITS = { width: 185, height: 190 } as const;
const FIRST_VIEW = { target: [0, 0, 0] as [number, number, number], rotationX: 24, rotationOrbit: -32, zoom: 1.6, minZoom: -1, maxZoom: 6 };

export function createCubeStage(parent: HTMLDivElement, whole: WholeSource, plane: CutSource, first: CubeInput, events: { readonly onDrawn: (project: Project) => void; readonly onFailed: (error: Error) => void }): CubeStage {
  const cube = cubeOf(whole.surface.tiling.grid);
  let input = first;
  let shells: readonly Shell[] = [];
  const fitting = () => Math.log2(Math.max(1, Math.min(parent.clientWidth / FITS.width, parent.clientHeight / FITS.height)));
  let fit = fitting();
  let viewState: typeof FIRST_VIEW = { ...FIRST_VIEW, zoom: fit };
  let frame = 0;
  let shellTimer: ReturnType<typeof setTimeout> | undefined;
  let isDestroyed = false;

  const deck = new Deck<OrbitView>({
    parent,
    width: '100%',
    height: '100%',
    views: new OrbitView({ id: 'cube', orbitAxis: 'Z', fovy: 32, near: 0.05, far: 100, controller: { inertia: 0, doubleClickZoom: false, keyboard: false, scrollZoom: { speed: 0.008 } } }),
    viewState,
    layers: [],
    onDeviceInitialized(device) {
      if (/swiftshader|llvmpipe|software/i.test(`${device.info.renderer} ${device.info.gpu}`)) deck.setProps({ useDevicePixels: false });
    },
    onLoad: () => schedule(),
    // As large in its place as before, whatever became of the place.
    onResize: () => {
      const next = fitting();
      viewState = { ...viewState, zoom: viewState.zoom + next - fit };
      fit = next;
      deck.setProps({ viewState });
    },
    onViewStateChange({ viewState: next }) {
      viewState = { ...viewState, ...(next as typeof FIRST_VIEW) };
      deck.setProps({ viewState });
    },
    onAfterRender: () => {
      const [viewport] = deck.getViewports() as Viewport[];
      if (viewport) events.onDrawn((place) => viewport.project(worldOf(cube, place)) as [number, number]);
    },
    onError: (error) => events.onFailed(error),
  });
  canRedraw(parent, () => deck.redraw('picture'));

  function renewShells(): void {
    shellTimer = undefined;
    shells = shellsOf(cube, whole.surface, input.look);
    schedule();
  }

  function schedule(): void {
    if (frame === 0 && !isDestroyed) frame = requestAnimationFrame(draw);
  }

  function draw(): void {
    frame = 0;
    const { look, cut, placed, others, paths, isDark } = input;
    deck.setProps({
      layers: [boxLayer(cube, isDark), pathLayer(cube, paths), placedLayer(cube, placed, isDark), ...othersLayers(cube, others), ...planeLayers(cube, cut, plane.surface, look, plane.getSnapshot()), ...shellLayers(shells, true)],
    });
  }

  renewShells();
  const stops = [
    whole.subscribe(() => {
      shellTimer ??= setTimeout(renewShells, SHELL_MS);
    }),
    plane.subscribe(schedule),
  ];

  return {
    update(next) {
      const isOtherLook = next.look !== input.look;
      input = next;
      if (isOtherLook) renewShells();
      else schedule();
    },
    turn(degrees, lift) {
      viewState = { ...viewState, rotationOrbit: viewState.rotationOrbit + degrees, rotationX: Math.max(-90, Math.min(90, viewState.rotationX + lift)) };
      deck.setProps({ viewState });
    },
    destroy() {
      isDestroyed = true;
      cancelAnimationFrame(frame);
      clearTimeout(shellTimer);
      for (const stop of stops) stop();
      deck.finalize();
      parent.replaceChildren();
    },
  };
}
