/** How a slice is evaluated: its loss, and what batch norm and dropout do. Folded to one line, since the usual is mostly wanted. */
import { lossesFor, LOSS_TITLES } from '#lib/network/loss.ts';
import { modeLayersOf, modeWordsOf } from '#lib/network/modeWords.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import { formatCount } from '#lib/session/words.ts';
import { Button } from '#components/ui/Button.tsx';
import { Disclosure } from '#components/ui/Disclosure.tsx';
import { TextField } from '#components/ui/Field.tsx';
import { Segments } from '#components/ui/Segments.tsx';
import { Select } from '#components/ui/Select.tsx';
import { DROPOUT_WORDS, STATISTICS_TITLES, STATISTICS_WORDS, statisticsFor, type ModeDraft } from './modeDraft.ts';
import { isTowards } from './placeDraft.ts';
import { randomSeed, type PlaceForm } from './usePlaceForm.ts';
import styles from './Panel.module.css';

type EvaluationFieldsProps = { readonly form: PlaceForm; readonly manifest: SubjectManifest };

export function EvaluationFields({ form, manifest }: EvaluationFieldsProps) {
  const { draft, setDraft, recipe, problems, problemAt } = form;
  const { hasBatchNorm, dropout } = modeLayersOf(manifest.network);
  const hasLayers = hasBatchNorm || dropout.length > 0;
  const summary = [LOSS_TITLES[draft.loss], hasLayers ? modeWordsOf(recipe.mode, manifest.network).evaluated : ''].filter((part) => part !== '').join(', ');
  return (
    <Disclosure title="How it is evaluated" summary={summary} isHeldOpen={problems.some(({ path }) => path === 'loss' || path.startsWith('mode'))}>
      <Select
        label="Loss"
        value={draft.loss}
        options={lossesFor(manifest.dataset.classes !== null).map((value) => ({ value, title: LOSS_TITLES[value] }))}
        problem={problemAt('loss')}
        onChange={(loss) => setDraft({ ...draft, loss })}
      />
      {hasBatchNorm && <StatisticsFields form={form} manifest={manifest} />}
      {dropout.length > 0 && <DropoutFields form={form} />}
    </Disclosure>
  );
}

const changed = ({ draft, setDraft }: PlaceForm) => (part: Partial<ModeDraft>): void => setDraft({ ...draft, mode: { ...draft.mode, ...part } });

function StatisticsFields({ form, manifest }: EvaluationFieldsProps) {
  const { draft, problemAt } = form;
  const { statistics, samples, batch } = draft.mode;
  const change = changed(form);
  return (
    <>
      <Select
        label="Batch-norm statistics"
        value={statistics}
        options={statisticsFor(isTowards(draft.kind)).map((value) => ({ value, title: STATISTICS_TITLES[value] }))}
        hint={STATISTICS_WORDS[statistics]}
        problem={problemAt('mode.batchNorm')}
        onChange={(next) => change({ statistics: next })}
      />
      {(statistics === 'recomputed' || statistics === 'batch') && (
        <div className={statistics === 'recomputed' ? styles.pair : ''}>
          {statistics === 'recomputed' && (
            <TextField
              label={`Samples, of ${formatCount(manifest.dataset.samples.train)}`}
              inputMode="numeric"
              value={samples}
              problem={problemAt('mode.batchNorm.samples')}
              onChange={(next) => change({ samples: next })}
            />
          )}
          <TextField label="Batches of" inputMode="numeric" value={batch} problem={problemAt('mode.batchNorm.batch')} onChange={(next) => change({ batch: next })} />
        </div>
      )}
    </>
  );
}

function DropoutFields({ form }: { readonly form: PlaceForm }) {
  const { draft, problemAt } = form;
  const { dropout, dropoutSeed } = draft.mode;
  const change = changed(form);
  return (
    <>
      <Segments
        label="Dropout"
        value={dropout}
        segments={[
          { value: 'off', title: 'Off' },
          { value: 'on', title: 'On' },
        ]}
        hint={DROPOUT_WORDS[dropout]}
        onChange={(next) => change({ dropout: next })}
      />
      {dropout === 'on' && (
        <div className={styles.seed}>
          <TextField
            label="Seed of the mask"
            inputMode="numeric"
            value={dropoutSeed}
            problem={problemAt('mode.dropout.seed') ?? problemAt('mode.dropout')}
            onChange={(next) => change({ dropoutSeed: next })}
          />
          <Button icon="dice" label="Another mask" onClick={() => change({ dropoutSeed: String(randomSeed()) })} />
        </div>
      )}
    </>
  );
}
