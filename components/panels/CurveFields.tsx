/** A curve that was trained in this session, as a slice: which one. Training one is a long analysis, asked for in its own card. */
import { useEffect, useEffectEvent } from 'react';
import type { SubjectWeights } from '#lib/network/subject.ts';
import { Button } from '#components/ui/Button.tsx';
import { Select } from '#components/ui/Select.tsx';
import { useRoomView } from '#components/session/SessionContext.ts';
import { checkpointTitle } from '#lib/session/sliceTitle.ts';
import { say } from '#components/words.ts';
import { withCurve } from './placeDraft.ts';
import type { PlaceForm } from './usePlaceForm.ts';
import { useTrainedCurves } from './useSessionVectors.ts';
import styles from './Panel.module.css';

export function CurveFields({ form: { draft, setDraft }, subject }: { readonly form: PlaceForm; readonly subject: SubjectWeights }) {
  const view = useRoomView();
  const curves = useTrainedCurves(subject);
  const chosen = draft.vector.curve;
  const [newest] = curves;
  const begin = useEffectEvent(() => newest && setDraft(withCurve(draft, newest, subject)));
  const isUnchosen = chosen === null && newest !== undefined;
  useEffect(() => {
    if (isUnchosen) begin();
  }, [isUnchosen]);
  if (curves.length === 0) {
    return (
      <div className={styles.section}>
        <p className={styles.small}>{say('curve.untrained')}</p>
        <div className={styles.row}>
          <Button size="small" onClick={() => view.setTab('analyse')}>
            Open Analyse
          </Button>
        </div>
      </div>
    );
  }
  return (
    <Select
      label="Curve"
      value={chosen?.bend ?? ''}
      options={curves.map(({ request: { from, to, shape, steps, seed }, bend }) => ({
        value: bend,
        title: `${checkpointTitle(subject.manifest, from)} to ${checkpointTitle(subject.manifest, to)}, ${shape === 'bezier' ? 'Bézier' : 'one bend'}, ${steps} steps, seed ${seed}`,
      }))}
      hint={say('curve.range')}
      onChange={(bend) => {
        const next = curves.find((each) => each.bend === bend);
        if (next) setDraft(withCurve(draft, next, subject));
      }}
    />
  );
}
