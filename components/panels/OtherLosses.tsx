/** The same slice under another loss: one press places it, everything else of its recipe equal, so that only the measure differs. */
import { useState } from 'react';
import type { Problem } from '#lib/parsed.ts';
import { lossesFor, LOSS_TITLES, type LossName } from '#lib/network/loss.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import { sliceIdOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import { Button } from '#components/ui/Button.tsx';
import { Disclosure } from '#components/ui/Disclosure.tsx';
import { ProblemText } from '#components/ui/Field.tsx';
import { useStore } from '#components/useStore.ts';
import { useRoomView, useSession } from '#components/session/SessionContext.ts';
import { useMay } from '#components/session/useMay.ts';
import { say } from '#components/words.ts';
import styles from './Panel.module.css';

export function OtherLosses({ recipe, manifest }: { readonly recipe: SliceRecipe; readonly manifest: SubjectManifest }) {
  const session = useSession();
  const view = useRoomView();
  const { edit } = useMay();
  const slices = useStore(session.slices);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const others = lossesFor(manifest.dataset.classes !== null)
    .filter((loss) => loss !== recipe.loss)
    .map((loss) => ({ loss, isPlaced: slices.get(sliceIdOf({ ...recipe, loss }))?.isPutAway === false }));
  const offered = others.filter(({ isPlaced }) => edit || isPlaced);
  if (offered.length === 0) return null;

  const show = (loss: LossName) => {
    const other = { ...recipe, loss };
    const sliceId = sliceIdOf(other);
    if (slices.get(sliceId)?.isPutAway === false) return view.chooseSlice(sliceId);
    const outcome = session.place(other);
    if ('problems' in outcome) setProblems(outcome.problems);
    else view.chooseSlice(outcome.sliceId);
  };

  return (
    <Disclosure title={say('slice.losses')}>
      <p className={`${styles.small} ${styles.soft}`}>{say('slice.losses.what')}</p>
      <div className={styles.row}>
        {offered.map(({ loss, isPlaced }) => (
          <Button key={loss} size="small" icon={isPlaced ? 'layers' : 'plus'} title={isPlaced ? say('slice.losses.here') : say('slice.losses.place')} onClick={() => show(loss)}>
            {LOSS_TITLES[loss]}
          </Button>
        ))}
      </div>
      {problems.map(({ path, message }) => (
        <ProblemText key={path + message} text={message} />
      ))}
    </Disclosure>
  );
}
