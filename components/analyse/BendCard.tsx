/** The overlay of in-slice curvature, its legend, and how much of the plane is bowl, saddle and dome. */
import { useMemo } from 'react';
import { nonConvexity } from '#lib/analysis/nonConvexity.ts';
import type { Sample } from '#lib/analysis/sampledSurface.ts';
import { sliceCurvature } from '#lib/analysis/sliceCurvature.ts';
import { formatCoordinate, formatLoss, formatShare } from '#lib/session/words.ts';
import { LOSS_TOLERANCE } from '#lib/work/agreement.ts';
import { useRoomView } from '#components/session/SessionContext.ts';
import { useGrowth } from '#components/session/useSurface.ts';
import { Toggle } from '#components/ui/Toggle.tsx';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import styles from './Analyse.module.css';
import { BEND_COLOURS } from './bendTint.ts';
import type { SliceCardProps } from './card.ts';
import { sampledOf } from './measured.ts';
import { useShownSet } from './useShownSet.ts';

const BENDS = ['bowl', 'saddle', 'dome'] as const;

export function BendCard({ source }: SliceCardProps) {
  const version = useGrowth(source);
  const { overlays, setOverlays } = useRoomView();
  const set = useShownSet(source);
  // The surface is a live object: its version says when it changed.
  const { counts, proof } = useMemo(() => {
    void version;
    const sampled = sampledOf(source.surface, set);
    return { counts: sliceCurvature(sampled, LOSS_TOLERANCE).counts, proof: nonConvexity(sampled, LOSS_TOLERANCE) };
  }, [source, set, version]);
  const decided = counts.bowl + counts.saddle + counts.dome;
  return (
    <>
      <Toggle label="Colour the plane by how it bends (H)" isOn={overlays.isBendShown} onChange={(isBendShown) => setOverlays({ ...overlays, isBendShown })} />
      <ul className={styles.legend}>
        {BENDS.map((bend) => (
          <li key={bend}>
            <svg viewBox="0 0 16 16" aria-hidden="true">
              <rect width={16} height={16} rx={3} fill={`rgb(${BEND_COLOURS[bend].join(' ')})`} />
            </svg>
            {say(`bend.${bend}`)}
            <span className={panel.soft}>{decided === 0 ? '–' : formatShare(counts[bend] / decided)}</span>
          </li>
        ))}
      </ul>
      <p className={`${panel.small} ${panel.soft}`}>{say('bend.undecided', { undecided: counts.undecided, unknown: counts.unknown })}</p>
      <p role="status" className={panel.small}>
        {proof ? say('bend.proof', { excess: formatLoss(proof.excess), middle: placeWords(proof.middle), from: placeWords(proof.from), to: placeWords(proof.to) }) : say('bend.noproof')}
      </p>
      <p className={`${panel.small} ${panel.soft}`}>{say('bend.what')}</p>
    </>
  );
}

const placeWords = ({ coordinates: [a = 0, b = 0] }: Sample): string => `(${formatCoordinate(a)}, ${formatCoordinate(b)})`;
