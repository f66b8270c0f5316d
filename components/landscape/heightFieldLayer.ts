/**
 * The height field: one deck.gl layer that draws a plane as relief or, seen from the map's view, flat.
 *
 * Values and states live in one texture that is written in place; nothing is rebuilt when a tile
 * arrives. It does not know React, nor where values come from.
 */
import type { DefaultProps } from '@deck.gl/core';
import { COORDINATE_SYSTEM, Layer, OrthographicViewport, project32, type LayerContext, type LayerProps, type UpdateParameters } from 'deck.gl';
import { Buffer as DeviceBuffer, type Texture } from '@luma.gl/core';
import { Model } from '@luma.gl/engine';
import type { Field, Rectangle } from '#lib/work/estimate.ts';
import { COLOUR_STEPS, colourBytes, type DrawnMap } from './colourMaps.ts';
import { fragmentShader, heightFieldUniforms, vertexShader } from './heightFieldShaders.ts';

/** One end-to-end scale as the shader reads it. */
export type ShaderScale = { readonly low: number; readonly high: number; readonly isLog: boolean };

/** A colour over every sample of a grid: red, green, blue, strength. Another tint is another object. */
export type Tint = { readonly columns: number; readonly rows: number; readonly colours: Uint8Array };

type HeightFieldProps = {
  /** What to draw; live arrays of one grid. Another grid needs a layer of another id. */
  field: Field;
  /** Hands out what changed in `field` since the last call; asked whenever `version` differs. */
  drain: () => readonly Rectangle[];
  version: number;
  /** Along x, y and z, centred on the origin in x and y. */
  box: readonly [number, number, number];
  colourMap: DrawnMap;
  colourScale: ShaderScale;
  heightScale: ShaderScale;
  /** 0 draws none. */
  contourCount: number;
  /** Shares of the extent; null draws none. */
  cross: readonly [number, number] | null;
  isDark: boolean;
  /** Laid over the colours of the losses; null for none. */
  tint: Tint | null;
  /** Every n-th sample becomes a vertex. */
  stride: number;
};

export type HeightFieldLayerProps = HeightFieldProps & LayerProps;

type Mesh = { readonly buffer: DeviceBuffer; readonly across: number; readonly count: number };

const NOT_FINITE_LIGHT = [0.62, 0.62, 0.64] as const;
const NOT_FINITE_DARK = [0.36, 0.36, 0.39] as const;

const defaultProps: DefaultProps<HeightFieldLayerProps> = {
  box: { type: 'array', value: [100, 100, 40], compare: true },
  cross: { type: 'object', value: null, compare: 1 },
  tint: { type: 'object', value: null, compare: 0 },
  colourScale: { type: 'object', value: { low: 0, high: 1, isLog: false }, compare: 1 },
  heightScale: { type: 'object', value: { low: 0, high: 1, isLog: false }, compare: 1 },
};

export class HeightFieldLayer extends Layer<Required<HeightFieldProps>> {
  static override layerName = 'HeightFieldLayer';
  static override defaultProps = defaultProps;

  declare state: { model: Model; texture: Texture; colours: Texture; tint: Texture; meshes: Map<number, Mesh>; scratch: Float32Array };

  override getShaders() {
    return super.getShaders({ vs: vertexShader, fs: fragmentShader, modules: [project32, heightFieldUniforms] });
  }

  override initializeState({ device }: LayerContext): void {
    const { id } = this.props;
    const { columns, rows } = this.props.field;
    const nearest = { minFilter: 'nearest', magFilter: 'nearest' } as const;
    const texture = device.createTexture({ width: columns, height: rows, format: 'rg32float', sampler: nearest });
    const colours = device.createTexture({ width: COLOUR_STEPS, height: 1, format: 'rgba8unorm', sampler: { minFilter: 'linear', magFilter: 'linear' } });
    const tint = device.createTexture({ width: columns, height: rows, format: 'rgba8unorm', sampler: nearest });
    const model = new Model(device, { ...this.getShaders(), id, topology: 'triangle-list', bufferLayout: [], isInstanced: false });
    this.setState({ model, texture, colours, tint, meshes: new Map(), scratch: new Float32Array(0) });
  }

  override updateState({ props, oldProps }: UpdateParameters<this>): void {
    const { field, version, colourMap } = props;
    if (field !== oldProps.field) {
      props.drain();
      this.writeRectangle({ column: 0, row: 0, columns: field.columns, rows: field.rows });
    } else if (version !== oldProps.version) {
      for (const rectangle of props.drain()) this.writeRectangle(rectangle);
    }
    if (props.tint && props.tint !== oldProps.tint) {
      const { columns, rows, colours } = props.tint;
      if (columns === field.columns && rows === field.rows) this.state.tint.writeData(colours, { width: columns, height: rows });
    }
    if (colourMap !== oldProps.colourMap) this.state.colours.writeData(colourBytes(colourMap), { width: COLOUR_STEPS, height: 1 });
  }

  override finalizeState(context: LayerContext): void {
    super.finalizeState(context);
    this.state.texture.destroy();
    this.state.colours.destroy();
    this.state.tint.destroy();
    for (const { buffer } of this.state.meshes.values()) buffer.destroy();
  }

  /** Sends one block of the field to the device: two floats per sample. */
  private writeRectangle(block: Rectangle): void {
    const { columns, values, states } = this.props.field;
    const length = block.columns * block.rows * 2;
    if (this.state.scratch.length < length) this.state.scratch = new Float32Array(length);
    const data = this.state.scratch.subarray(0, length);
    let to = 0;
    for (let row = block.row; row < block.row + block.rows; row++) {
      for (let at = row * columns + block.column, end = at + block.columns; at < end; at++) {
        const value = values[at]!;
        // The shader weighs what is not finite by 0, and 0 × NaN would still be NaN.
        data[to++] = value === value ? value : 0;
        data[to++] = states[at]!;
      }
    }
    this.state.texture.writeData(data, { x: block.column, y: block.row, width: block.columns, height: block.rows });
  }

  override draw(): void {
    const { field, box, colourScale, heightScale, contourCount, cross, isDark, stride, tint } = this.props;
    const { model, texture, colours, tint: tintTexture } = this.state;
    const { viewport, device } = this.context;
    const isFlat = viewport instanceof OrthographicViewport;
    // Colours are found per fragment: the map needs no more than a rectangle.
    const step = isFlat ? Math.max(field.columns, field.rows) - 1 : stride;
    const mesh = this.meshFor(step);
    model.setIndexBuffer(mesh.buffer);
    model.setVertexCount(mesh.count);
    model.setBindings({ fieldTexture: texture, colourTexture: colours, tintTexture });
    const [width, depth, height] = box;
    const ratio = device.canvasContext?.cssToDeviceRatio() ?? 1;
    model.shaderInputs.setProps({
      heightField: {
        extent: [-width / 2, -depth / 2, width / 2, depth / 2],
        colourRange: [colourScale.low, colourScale.high, Number(colourScale.isLog), contourCount],
        heightRange: [heightScale.low, heightScale.high, Number(heightScale.isLog), isFlat ? 0 : height],
        mesh: [mesh.across, step, field.columns, field.rows],
        cross: [cross?.[0] ?? 0, cross?.[1] ?? 0, cross ? 1 : 0, ratio],
        light: [...lightFor(viewport), isFlat ? 0 : 1],
        ink: [...(isDark ? NOT_FINITE_DARK : NOT_FINITE_LIGHT), Number(isDark)],
        tint: [tint && tint.columns === field.columns && tint.rows === field.rows ? 1 : 0, 0, 0, 0],
      },
    });
    model.draw(this.context.renderPass);
  }

  private meshFor(stride: number): Mesh {
    const made = this.state.meshes.get(stride);
    if (made) return made;
    const { columns, rows } = this.props.field;
    const { across, indices } = meshIndices(columns, rows, stride);
    const buffer = this.context.device.createBuffer({ usage: DeviceBuffer.INDEX, data: indices });
    const mesh = { buffer, across, count: indices.length };
    this.state.meshes.set(stride, mesh);
    return mesh;
  }
}

/** Two triangles per cell of the thinned grid; the last row and column are always there. */
export function meshIndices(columns: number, rows: number, stride: number): { readonly across: number; readonly indices: Uint32Array<ArrayBuffer> } {
  const across = Math.ceil((columns - 1) / stride) + 1;
  const up = Math.ceil((rows - 1) / stride) + 1;
  const indices = new Uint32Array((across - 1) * (up - 1) * 6);
  let to = 0;
  for (let row = 0; row < up - 1; row++) {
    for (let column = 0; column < across - 1; column++) {
      const at = row * across + column;
      indices.set([at, at + 1, at + across, at + across, at + 1, at + across + 1], to);
      to += 6;
    }
  }
  return { across, indices };
}

/** The smallest power of two that keeps the longer side within `limit` vertices. */
export function strideWithin(columns: number, rows: number, limit: number): number {
  let stride = 1;
  while ((Math.max(columns, rows) - 1) / stride + 1 > limit) stride *= 2;
  return stride;
}

/** The light turns with the camera, so relief reads the same from every side: from above, left of the eye. */
function lightFor(viewport: object): readonly [number, number, number] {
  const degrees = 'rotationOrbit' in viewport && typeof viewport.rotationOrbit === 'number' ? viewport.rotationOrbit : 0;
  const turn = (-degrees * Math.PI) / 180;
  const [x, y, z] = [-0.62, -0.18, 0.76];
  return [x * Math.cos(turn) - y * Math.sin(turn), x * Math.sin(turn) + y * Math.cos(turn), z];
}

export const CARTESIAN = COORDINATE_SYSTEM.CARTESIAN;
