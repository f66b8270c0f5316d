/** What stands on the surface beside its colours: the training path, estimates, what is not verified or not a number. */
import type { ReactNode } from 'react';
import { formatCount, formatLoss } from '#lib/session/words.ts';
import type { Look } from '#lib/session/look.ts';
import type { SurfaceCounts } from '#lib/work/surface.ts';
import type { Rgb } from '#components/hues.ts';
import { cssOf } from './marks.ts';
import { colourAt } from './colourMaps.ts';
import styles from './Key.module.css';

/** A network whose path is drawn, and who brought it into the picture; empty where nobody is known to have. */
export type RunSign = { readonly id: string; readonly title: string; readonly colour: Rgb; readonly by: string };

export type KeyProps = {
  readonly colourMap: Look['colourMap'];
  readonly counts: SurfaceCounts;
  readonly hasPath: boolean;
  /** Whose paths these are, where there are several. */
  readonly runs: readonly RunSign[];
  /** The distance off the slice that the longest whisker stands for; 0 where there is none. */
  readonly farthest: number;
};

export function Key({ colourMap, counts, hasPath, runs, farthest }: KeyProps) {
  const colour = colourAt(colourMap, 0.6);
  const hasEstimates = counts.measured > 0 && counts.measured < counts.points;
  return (
    <ul className={styles.key} aria-label="Signs in the picture">
      {runs.map(({ id, title, colour, by }) => (
        <Sign key={id} words={by === '' ? title : `${title}, added by ${by}`} title={`The path of ${title}, projected. ${PROJECTED}`} colour={colour}>
          <path className={styles.path} d="M0 8H24" />
          <circle className={styles.bead} cx={12} cy={8} r={4.5} />
        </Sign>
      ))}
      {hasPath && runs.length === 0 && (
        <Sign words="training path, projected" title={PROJECTED}>
          <path className={styles.path} d="M0 8H24" />
          <circle className={styles.bead} cx={12} cy={8} r={4.5} />
        </Sign>
      )}
      {farthest > 0 && (
        <Sign words={`off the slice, up to ${formatLoss(farthest)}`} title="The longer the whisker of a checkpoint, the farther it lies outside this slice, in parameter space.">
          <path className={styles.whisker} d="M12 14V3M8.5 3H15.5" />
          <circle className={styles.bead} cx={12} cy={13} r={3} />
        </Sign>
      )}
      {hasEstimates && (
        <Sign words="estimated" title="Not measured yet: estimated from measured neighbours">
          <rect className={styles.estimated} width={24} height={16} rx={3} fill={colour} />
          <path className={styles.hatch} d="M-2 10 10-2M2 18 20-2M10 18 28 0M18 18 30 6" />
        </Sign>
      )}
      {counts.rechecked > 0 && (
        <Sign words="being rechecked" title="The device that measured this returned numbers that do not match, so somebody else computes it again">
          <rect className={styles.unverified} width={24} height={16} rx={3} fill={colour} />
          <path className={styles.doubt} d="M-2 6 10 18M2 -2 20 16M10 -2 28 16M18 -2 30 10" />
        </Sign>
      )}
      {counts.measured > counts.verified + counts.rechecked && (
        <Sign words="not verified yet" title="Paler: measured by somebody’s browser, not yet checked by the server">
          <rect className={styles.unverified} width={24} height={16} rx={3} fill={colour} />
        </Sign>
      )}
      {counts.notFinite > 0 && (
        <Sign words={`not finite: ${formatCount(counts.notFinite)} ${counts.notFinite === 1 ? 'point' : 'points'}`}>
          <rect className={styles.notFinite} width={24} height={16} rx={3} />
          <path className={styles.darkHatch} d="M-2 10 10-2M2 18 20-2M10 18 28 0M18 18 30 6" />
        </Sign>
      )}
    </ul>
  );
}

const PROJECTED = 'Each bead is a checkpoint, at the point of this slice that is nearest to it. The paler it is, the farther outside it lies.';

function Sign({ words, title, colour, children }: { readonly words: string; readonly title?: string; readonly colour?: Rgb; readonly children: ReactNode }) {
  return (
    <li className={styles.sign} {...(title !== undefined && { title })} {...(colour && { style: { ['--run' as string]: cssOf(colour) } })}>
      <svg className={styles.swatch} viewBox="0 0 24 16" aria-hidden="true">
        {children}
      </svg>
      {words}
    </li>
  );
}
