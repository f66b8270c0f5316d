'use client';
/** A matrix as a picture in greys, one pixel for each entry. */
import type { Matrix } from 'ml-matrix';
import { useEffect, useRef } from 'react';
import styles from './Walkthroughs.module.css';

type GreyPictureProps = {
  readonly title: string;
  readonly matrix: Matrix;
  /** Whose least is black and greatest white; null for a middle grey at zero and the largest magnitude at the ends. */
  readonly like: Matrix | null;
};

export function GreyPicture({ title, matrix, like }: GreyPictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const reach = like ? 0 : Math.max(1e-9, Math.abs(matrix.max()), Math.abs(matrix.min()));
  const [low, high] = like ? [like.min(), like.max()] : [-reach, reach];
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const image = context.createImageData(matrix.columns, matrix.rows);
    for (const [at, value] of matrix.to1DArray().entries()) {
      const grey = Math.max(0, Math.min(255, (255 * (value - low)) / (high - low || 1)));
      image.data.set([grey, grey, grey, 255], 4 * at);
    }
    context.putImageData(image, 0, 0);
  }, [matrix, low, high]);
  return (
    <figure className={styles.picture}>
      <canvas ref={canvas} width={matrix.columns} height={matrix.rows} role="img" aria-label={`${title}, ${matrix.columns} by ${matrix.rows} pixels`} />
      <figcaption>
        {title}
        {!like && <small> ±{reach.toPrecision(2)}</small>}
      </figcaption>
    </figure>
  );
}
