/** The crosshair's read-out. Says what is measured, what is estimated and what is not known; speaks through its parent. */
import type { SetName } from '#lib/network/subject.ts';
import type { SurfaceView } from '#lib/work/surface.ts';
import { readoutWords } from './readoutWords.ts';
import type { PlanePoint } from './scene.ts';
import styles from './Readout.module.css';

export type ReadoutProps = {
  readonly surface: SurfaceView;
  /** Changes when the surface does, so that the read-out is made anew. */
  readonly version: number;
  readonly set: SetName;
  readonly cursor: PlanePoint | null;
  /** A regression has none. */
  readonly hasAccuracy: boolean;
};

export function Readout({ surface, set, cursor, hasAccuracy }: ReadoutProps) {
  if (!cursor) {
    return (
      <p className={styles.readout} data-no-picture="">
        <span className={styles.values}>Click the {surface.tiling.grid.axes.length > 1 ? 'surface' : 'curve'} to read its loss.</span>
        <span className={styles.state}>Or move over it with the arrow keys.</span>
      </p>
    );
  }
  const { coordinates, what, value, more, accuracy, state, kind } = readoutWords(surface, set, cursor, hasAccuracy);
  return (
    <p className={styles.readout} data-kind={kind}>
      <span className={styles.values}>
        {coordinates.map(({ axis, value: place }) => (
          <span key={axis} className={styles.item}>
            <span className={styles.label}>{axis}</span> {place}
          </span>
        ))}
        {kind !== 'unknown' && (
          <span className={styles.item}>
            <span className={styles.label}>{what}</span> <strong>{value}</strong>
          </span>
        )}
        {more.map((each) => (
          <span key={each.label} className={styles.item}>
            <span className={styles.label}>{each.label}</span> {each.value}
          </span>
        ))}
        {accuracy !== null && (
          <span className={styles.item}>
            <span className={styles.label}>accuracy</span> {accuracy}
          </span>
        )}
      </span>
      <span className={styles.state}>{state}</span>
    </p>
  );
}
