/** The overlay of in-slice curvature, its legend, and how much of the plane is bowl, saddle and dome. */
import { useMemo } from 'react';
import { sliceCurvature } from '#lib/analysis/sliceCurvature.ts';
import { formatShare } from '#lib/session/words.ts';
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
  const { counts } = useMemo(() => {
    void version;
    return sliceCurvature(sampledOf(source.surface, set), LOSS_TOLERANCE);
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
      <p className={panel.small}>{say('bend.what')}</p>
    </>
  );
}
