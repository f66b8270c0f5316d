/**
 * The patches under a sliding kernel, gathered in either order from one sample, and scattered back.
 *
 * It knows no weights. Within a group the inner axis is [channel, kernel row, kernel column].
 */
export type Geometry = {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly rows: number;
  readonly columns: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly stride: number;
  readonly padding: number;
  readonly groups: number;
};

export type Patches = {
  /** to [groups, pixels, inner] */
  readonly gather: (from: Float64Array, offset: number, to: Float64Array) => void;
  /** to [groups, inner, pixels], which is [channels, kernel row, kernel column, pixels] */
  readonly gatherTurned: (from: Float64Array, offset: number, to: Float64Array) => void;
  /** Adds [groups, inner, pixels] to the pixels that they stand for. */
  readonly scatter: (from: Float64Array, to: Float64Array, offset: number) => void;
};

export function patchesOf({ channels, height, width, rows, columns, kernelHeight, kernelWidth, stride, padding, groups }: Geometry): Patches {
  const paddedWidth = width + 2 * padding;
  const plane = paddedWidth * (height + 2 * padding);
  const padded = new Float64Array(channels * plane);
  const pixels = rows * columns;
  const perGroup = channels / groups;

  const pad = (from: Float64Array, offset: number): void => {
    for (let line = 0; line < channels * height; line++) {
      const to = Math.floor(line / height) * plane + ((line % height) + padding) * paddedWidth + padding;
      const start = offset + line * width;
      for (let x = 0; x < width; x++) padded[to + x] = from[start + x]!;
    }
  };

  return {
    gather: (from, offset, to) => {
      pad(from, offset);
      let at = 0;
      for (let group = 0; group < groups; group++) {
        for (let y = 0; y < rows; y++) {
          for (let x = 0; x < columns; x++) {
            const corner = group * perGroup * plane + y * stride * paddedWidth + x * stride;
            for (let channel = 0; channel < perGroup; channel++) {
              for (let ky = 0; ky < kernelHeight; ky++) {
                const start = corner + channel * plane + ky * paddedWidth;
                for (let kx = 0; kx < kernelWidth; kx++) to[at++] = padded[start + kx]!;
              }
            }
          }
        }
      }
    },
    gatherTurned: (from, offset, to) => {
      pad(from, offset);
      let at = 0;
      for (let channel = 0; channel < channels; channel++) {
        for (let ky = 0; ky < kernelHeight; ky++) {
          for (let kx = 0; kx < kernelWidth; kx++) {
            for (let y = 0; y < rows; y++) {
              const start = channel * plane + (y * stride + ky) * paddedWidth + kx;
              for (let x = 0; x < columns; x++) to[at++] = padded[start + x * stride]!;
            }
          }
        }
      }
    },
    scatter: (from, to, offset) => {
      for (let channel = 0; channel < channels; channel++) {
        for (let ky = 0; ky < kernelHeight; ky++) {
          for (let kx = 0; kx < kernelWidth; kx++) {
            const block = ((channel * kernelHeight + ky) * kernelWidth + kx) * pixels;
            for (let y = 0; y < rows; y++) {
              const row = y * stride + ky - padding;
              if (row < 0 || row >= height) continue;
              const line = offset + (channel * height + row) * width;
              for (let x = 0; x < columns; x++) {
                const column = x * stride + kx - padding;
                if (column >= 0 && column < width) to[line + column]! += from[block + y * columns + x]!;
              }
            }
          }
        }
      }
    },
  };
}
