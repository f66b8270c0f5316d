/** The deck.gl layers of a volume: its box, the surfaces of equal loss, the planes in it, and the training path through it. */
import { BitmapLayer, LineLayer, PathLayer, SimpleMeshLayer, SolidPolygonLayer, type Layer } from 'deck.gl';
import { Geometry } from '@luma.gl/engine';
import type { Look } from '#lib/session/look.ts';
import { placeOnCut, type Cut, type Triple } from '#lib/slice/cut.ts';
import { coordinateOf } from '#lib/slice/grid.ts';
import { isKnown } from '#lib/work/estimate.ts';
import type { Surface, SurfaceView } from '#lib/work/surface.ts';
import type { Rgb } from '#components/hues.ts';
import { colourBytes } from '#components/landscape/colourMaps.ts';
import { CARTESIAN } from '#components/landscape/heightFieldLayer.ts';
import { lossScaleOf, rangeOf, type LossScale } from '#components/landscape/lossScale.ts';
import { edgesOf, isInside, worldOf, type Cube, type Segment } from './cube.ts';
import { isoSurface } from './isoSurface.ts';

/** Shares of the colour scale at which a surface of equal loss is drawn, inner first, and how solid each is. */
const SHELLS = [
  { share: 0.12, opacity: 0.9 },
  { share: 0.3, opacity: 0.34 },
  { share: 0.55, opacity: 0.16 },
] as const;

export type Shell = { readonly geometry: Geometry; readonly colour: [number, number, number]; readonly opacity: number; readonly loss: number };

export const scaleFor = (look: Look, surface: SurfaceView): LossScale | null => {
  const range = rangeOf(look, surface.range(look.set));
  return range && lossScaleOf(look.colourScale, range);
};

/** The surfaces of equal loss as they are known now; none before the whole is at least estimated. */
export function shellsOf(cube: Cube, surface: Surface, look: Look): readonly Shell[] {
  const scale = scaleFor(look, surface);
  if (!scale) return [];
  const { columns, rows, layers } = surface.tiling.grid;
  const fields = Array.from({ length: layers }, (_, layer) => surface.field(look.set, layer));
  const valueAt = (column: number, row: number, layer: number): number => fields[layer]!.values[row * columns + column]!;
  const colours = colourBytes(look.colourMap);
  return SHELLS.flatMap(({ share, opacity }) => {
    const loss = scale.lossAt(share);
    const { positions, normals } = isoSurface({ columns, rows, layers, valueAt }, loss);
    if (positions.length === 0) return [];
    for (let at = 0; at < positions.length; at += 3) {
      for (const [axis, count] of [columns, rows, layers].entries()) positions[at + axis] = (positions[at + axis]! / (count - 1) - 0.5) * cube.sides[axis]!;
    }
    const geometry = new Geometry({ topology: 'triangle-list', attributes: { positions: { value: positions, size: 3 }, normals: { value: normals, size: 3 } } });
    const from = Math.round(share * 255) * 4;
    return [{ geometry, colour: [colours[from]!, colours[from + 1]!, colours[from + 2]!], opacity, loss }];
  });
}

export function shellLayers(shells: readonly Shell[], isFaint: boolean): readonly Layer[] {
  return shells.map(
    ({ geometry, colour, opacity, loss }, index) =>
      new SimpleMeshLayer({
        id: `shell-${index}-${loss}`,
        data: [0],
        mesh: geometry,
        coordinateSystem: CARTESIAN,
        getPosition: [0, 0, 0],
        getColor: [...colour, Math.round(255 * opacity * (isFaint ? 0.55 : 1))],
        material: { ambient: 0.62, diffuse: 0.5, shininess: 24, specularColor: [40, 40, 40] },
        parameters: { depthCompare: 'less-equal', depthWriteEnabled: opacity > 0.5 && !isFaint, cullMode: 'none' },
      }),
  );
}

export function boxLayer(cube: Cube, isDark: boolean): Layer {
  const colour: [number, number, number, number] = isDark ? [150, 164, 184, 150] : [96, 108, 126, 150];
  return new LineLayer<Segment>({
    id: 'box',
    data: [...edgesOf(cube)],
    coordinateSystem: CARTESIAN,
    getSourcePosition: ({ from }) => worldOf(cube, from),
    getTargetPosition: ({ to }) => worldOf(cube, to),
    getColor: colour,
    getWidth: 1.25,
    widthUnits: 'pixels',
  });
}

/** The plane as coloured glass: what lies outside the volume is clear. */
export function planeLayers(cube: Cube, cut: Cut, surface: SurfaceView, look: Look, version: number): readonly Layer[] {
  const { columns, rows, axes } = surface.tiling.grid;
  const [alpha, beta] = axes;
  const field = surface.field(look.set);
  const scale = scaleFor(look, surface);
  const colours = colourBytes(look.colourMap);
  const data = new Uint8ClampedArray(columns * rows * 4);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const at = row * columns + column;
      if (!scale || !isKnown(field.states[at]!) || !isInside(cube, placeOnCut(cut, coordinateOf(alpha!, column), coordinateOf(beta!, row)))) continue;
      // An image begins at the top, a grid at the bottom.
      const to = ((rows - 1 - row) * columns + column) * 4;
      const from = Math.round(scale.fraction(field.values[at]!) * 255) * 4;
      data.set([colours[from]!, colours[from + 1]!, colours[from + 2]!, 238], to);
    }
  }
  const corner = (x: number, y: number) => worldOf(cube, placeOnCut(cut, x, y));
  const [left, right, bottom, top] = [alpha!.min, alpha!.max, beta!.min, beta!.max];
  return [
    new BitmapLayer({
      id: `plane-${version}`,
      image: new ImageData(data, columns, rows),
      bounds: [corner(left, bottom), corner(left, top), corner(right, top), corner(right, bottom)],
      coordinateSystem: CARTESIAN,
      textureParameters: { minFilter: 'linear', magFilter: 'linear' },
      parameters: { depthCompare: 'less-equal', depthWriteEnabled: true, cullMode: 'none' },
    }),
    outline('plane-edge', cube, [cut], [226, 96, 36, 255], 2),
  ];
}

/** Planes that were placed in this volume. */
export const placedLayer = (cube: Cube, cuts: readonly Cut[], isDark: boolean): Layer => outline('placed', cube, cuts, isDark ? [200, 214, 220, 200] : [60, 72, 84, 190], 1.25);

export type ColouredCut = { readonly cut: Cut; readonly colour: Rgb };

/** Planes that others move: glass of their colour within its outline. */
export function othersLayers(cube: Cube, others: readonly ColouredCut[]): readonly Layer[] {
  const cornersOf = ({ cut }: ColouredCut) => cornersOfCut(cube, cut);
  return [
    new SolidPolygonLayer<ColouredCut>({
      id: 'others-glass',
      data: [...others],
      coordinateSystem: CARTESIAN,
      _full3d: true,
      getPolygon: (each) => cornersOf(each).slice(0, 4),
      getFillColor: ({ colour: [r, g, b] }) => [r, g, b, 60],
      material: false,
      parameters: { depthCompare: 'less-equal', depthWriteEnabled: false, cullMode: 'none' },
    }),
    new PathLayer<ColouredCut>({
      id: 'others',
      data: [...others],
      coordinateSystem: CARTESIAN,
      getPath: cornersOf,
      getColor: ({ colour: [r, g, b] }) => [r, g, b, 255],
      getWidth: 2.5,
      widthUnits: 'pixels',
      billboard: true,
      parameters: { depthCompare: 'less-equal', depthWriteEnabled: false },
    }),
  ];
}

/** Once around, the first corner again at the end. */
function cornersOfCut(cube: Cube, cut: Cut): [number, number, number][] {
  const [{ min: left, max: right }, { min: bottom, max: top }] = cut.ranges;
  return [[left, bottom], [left, top], [right, top], [right, bottom], [left, bottom]].map(([x, y]) => worldOf(cube, placeOnCut(cut, x!, y!)));
}

function outline(id: string, cube: Cube, cuts: readonly Cut[], colour: [number, number, number, number], width: number): Layer {
  return new PathLayer<Cut>({
    id,
    data: [...cuts],
    coordinateSystem: CARTESIAN,
    getPath: (cut) => cornersOfCut(cube, cut),
    getColor: colour,
    getWidth: width,
    widthUnits: 'pixels',
    parameters: { depthCompare: 'less-equal', depthWriteEnabled: false },
  });
}

export type ColouredPath = { readonly colour: Rgb; readonly places: readonly Triple[] };

/** The training paths where they run inside the volume's space. */
export function pathLayer(cube: Cube, paths: readonly ColouredPath[]): Layer {
  return new PathLayer<ColouredPath>({
    id: 'path',
    data: paths.filter(({ places }) => places.length > 1),
    coordinateSystem: CARTESIAN,
    getPath: ({ places }) => places.map((place) => worldOf(cube, place)),
    getColor: ({ colour }) => [...colour, 230],
    getWidth: 2.5,
    widthUnits: 'pixels',
    capRounded: true,
    jointRounded: true,
    billboard: true,
    parameters: { depthCompare: 'less-equal', depthWriteEnabled: false },
  });
}
