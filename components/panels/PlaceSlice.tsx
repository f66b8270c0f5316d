/** The form that places a slice. It stands beside the picture, says the price first, and every problem beside its field. */
import { useEffect, useRef, useState, type ComponentProps, type FormEvent } from 'react';
import type { Problem } from '#lib/parsed.ts';
import type { SetName, SubjectWeights } from '#lib/network/subject.ts';
import { formatCount } from '#lib/session/words.ts';
import { SHARD_SAMPLES, shardsOf } from '#lib/slice/shards.ts';
import { Button } from '#components/ui/Button.tsx';
import { ProblemText, TextField } from '#components/ui/Field.tsx';
import { Segments } from '#components/ui/Segments.tsx';
import { Select } from '#components/ui/Select.tsx';
import { Toggle } from '#components/ui/Toggle.tsx';
import { useStore } from '#components/useStore.ts';
import { useRoomView, useSession } from '#components/session/SessionContext.ts';
import { gridTitle, samplesTitle } from '#lib/session/sliceTitle.ts';
import { formatSeconds } from '#components/durations.ts';
import { plural, say } from '#components/words.ts';
import { AxisFields } from './AxisFields.tsx';
import { CurveFields } from './CurveFields.tsx';
import { EvaluationFields } from './EvaluationFields.tsx';
import { GradientFields } from './GradientFields.tsx';
import { GroupButtons } from './GroupButtons.tsx';
import { NetworkFacts } from './NetworkFacts.tsx';
import { dimensionsOf, draftFor, isGradient, isPrincipal, isRandom, isVector, KIND_TITLES, kindsFor, withAxes, withFittingExtent, withKind, type PlaceDraft } from './placeDraft.ts';
import { PrincipalFields } from './PrincipalFields.tsx';
import { RandomFields } from './RandomFields.tsx';
import { usePlaceForm, type PlaceForm } from './usePlaceForm.ts';
import { useSessionVectors } from './useSessionVectors.ts';
import { withChoice } from './vectorDraft.ts';
import { VectorFields, VectorSelect } from './VectorFields.tsx';
import styles from './Panel.module.css';

export function PlaceSlice() {
  const session = useSession();
  const { setPlacing, slice } = useRoomView();
  const catalogue = useStore(session.catalogue);
  const subjects = useStore(session.subjects);
  // The form begins with the network that is looked at, whichever is chosen afterwards.
  const [viewedId] = useState(slice?.recipe.subject);
  const wantedId = viewedId ?? catalogue[0]?.id ?? null;
  const start = subjects.find(({ id }) => id === wantedId);
  useEffect(() => {
    // A failure is told by the session.
    if (wantedId !== null) session.loadWeights(wantedId).catch(() => {});
  }, [session, wantedId]);
  return (
    <section className={styles.panel} aria-labelledby="place-title">
      <div className={styles.spread}>
        <h2 id="place-title">Place a slice</h2>
        <Button tone="quiet" size="small" icon="close" label="Close without placing" onClick={() => setPlacing(false)} />
      </div>
      {start ? <Form subjects={subjects} start={start} /> : <p role="status">Loading the network …</p>}
    </section>
  );
}

function Form({ subjects, start }: { readonly subjects: readonly SubjectWeights[]; readonly start: SubjectWeights }) {
  const session = useSession();
  const view = useRoomView();
  const catalogue = useStore(session.catalogue);
  const [isLoading, setLoading] = useState(false);
  const chosen = useRef(start.id);
  const form = usePlaceForm(session, subjects, start);
  const [refusals, setRefusals] = useState<readonly Problem[]>([]);
  const { draft, recipe, problems, problemAt } = form;
  const subject = subjects.find(({ id }) => id === draft.subject) ?? start;
  const { manifest } = subject;
  const vectors = useSessionVectors(subject);
  const change = (part: Partial<PlaceDraft>) => form.setDraft({ ...draft, ...part });
  const refit = (part: Partial<PlaceDraft>) => {
    const next = { ...draft, ...part };
    form.setDraft(next.kind === 'planeThrough' ? withFittingExtent(next, subject) : next);
  };

  /** How an axis is chosen in this kind of slice. */
  const choiceOf = (index: number): ComponentProps<typeof AxisFields>['choice'] => {
    if (isRandom(draft.kind)) return 'seed';
    if (isPrincipal(draft.kind)) return { field: draft.principal.made[index]?.title ?? '' };
    if (draft.kind === 'curve') return { field: null };
    if (!isVector(draft.kind)) return 'checkpoint';
    if (index === 0 && isGradient(draft.kind)) return { field: draft.vector.gradient?.vector.title ?? '' };
    const choice = draft.vector.axes[index] ?? null;
    return {
      hasSeed: choice === 'random',
      field: (
        <VectorSelect
          choice={choice}
          vectors={vectors}
          problem={choice === 'random' ? undefined : problemAt(`axes.${index}.direction`)}
          onChoose={(next) => change({ vector: { ...draft.vector, axes: withChoice(draft.vector.axes, index, next) } })}
        />
      ),
    };
  };

  const place = async (event: FormEvent) => {
    event.preventDefault();
    setRefusals([]);
    try {
      await session.vectors.ready(recipe);
    } catch (error) {
      setRefusals([{ path: '', message: error instanceof Error ? error.message : String(error) }]);
      return;
    }
    const outcome = session.place(recipe);
    if ('problems' in outcome) {
      setRefusals(outcome.problems);
      return;
    }
    view.chooseSlice(outcome.sliceId);
    view.setPlacing(false);
  };

  return (
    <form className={styles.section} onSubmit={(event) => void place(event)}>
      <Select
        label="Network"
        value={draft.subject}
        options={catalogue.map(({ id, manifest: each }) => ({ value: id, title: each.title }))}
        hint={isLoading ? <span role="status">Loading its weights …</span> : <NetworkFacts manifest={manifest} />}
        problem={problemAt('subject')}
        onChange={async (id) => {
          chosen.current = id;
          setLoading(true);
          // A failure is told by the session, and the form stays with the network it has.
          const next = await session.loadWeights(id).catch(() => null);
          // Another may have been chosen meanwhile.
          if (chosen.current !== id) return;
          setLoading(false);
          if (next) form.setDraft(draftFor(next, [Number(draft.axes[0].seed) || 1, Number(draft.axes[1].seed) || 2]));
        }}
      />
      <Select
        label="Kind"
        value={draft.kind}
        options={kindsFor(manifest).map((kind) => ({ value: kind, title: KIND_TITLES[kind] }))}
        onChange={(kind) => form.setDraft(withKind(draft, kind, subject))}
      />
      {!isPrincipal(draft.kind) && draft.kind !== 'curve' && (
      <Select
        label="Centre"
        value={draft.centre}
        options={manifest.checkpoints.map(({ id, title }) => ({ value: id, title }))}
        problem={problemAt('centre')}
        onChange={(centre) => refit({ centre })}
      />
      )}
      {isRandom(draft.kind) && <RandomFields form={form} />}
      {isPrincipal(draft.kind) && <PrincipalFields form={form} subject={subject} />}
      {isGradient(draft.kind) && <GradientFields form={form} subject={subject} />}
      {isVector(draft.kind) && <VectorFields form={form} subject={subject} />}
      {draft.kind === 'curve' && <CurveFields form={form} subject={subject} />}
      {draft.kind === 'planeThrough' && (
        <Toggle
          kind="checkbox"
          label="Axes as they lead to the checkpoints (affine)"
          hint={draft.isAffine ? 'At 1 each axis is its checkpoint; the axes are oblique and of different length.' : 'Unit axes at a right angle, coordinates are distances (Garipov et al. 2018).'}
          isOn={draft.isAffine}
          onChange={(isAffine) => refit({ isAffine })}
        />
      )}
      {draft.axes.slice(0, dimensionsOf(draft.kind)).map((axis, index) => (
        <AxisFields
          key={index}
          index={index}
          axis={axis}
          title={draft.kind === 'curve' ? 't along the curve' : undefined}
          choice={choiceOf(index)}
          checkpoints={manifest.checkpoints}
          problemAt={problemAt}
          onChange={(next, isTarget) => {
            const axes = withAxes(draft, (each, rank) => (rank === index ? next : each));
            if (isTarget) refit({ axes });
            else change({ axes });
          }}
        />
      ))}
      <Presets form={form} />
      <SampleFields form={form} subject={subject} />
      <EvaluationFields form={form} manifest={manifest} />
      <div className={styles.foot}>
        <PriceLine form={form} />
        {refusals.map(({ path, message }) => (
          <ProblemText key={path + message} text={message} />
        ))}
        <GroupButtons form={form} subject={subject} />
        <Button type="submit" tone="accent" icon="plus" disabled={problems.length > 0}>
          {problems.length > 0 ? `${plural(problems.length, 'field')} to mend` : 'Place it'}
        </Button>
      </div>
    </form>
  );
}

const PRESETS = {
  1: [['33', 'Small 33'], ['65', 'Medium 65'], ['201', 'Fine 201'], ['401', 'Paper 401']],
  2: [['17', 'Small 17×17'], ['33', 'Medium 33×33'], ['51', 'Paper 51×51']],
  3: [['9', 'Small 9³'], ['17', 'Medium 17³'], ['33', 'Fine 33³']],
} as const;

function Presets({ form: { draft, setDraft } }: { readonly form: PlaceForm }) {
  const dimensions = dimensionsOf(draft.kind);
  return (
    <div className={styles.row} role="group" aria-label="Points per axis">
      {PRESETS[dimensions].map(([count, title]) => (
        <Button
          key={count}
          size="small"
          aria-pressed={draft.axes.slice(0, dimensions).every((axis) => axis.count === count)}
          onClick={() => setDraft({ ...draft, axes: withAxes(draft, (axis) => ({ ...axis, count })) })}
        >
          {title}
        </Button>
      ))}
    </div>
  );
}

function SampleFields({ form: { draft, setDraft, recipe, problemAt }, subject }: { readonly form: PlaceForm; readonly subject: SubjectWeights }) {
  const { samples } = subject.manifest.dataset;
  const available = (['train', 'test'] as const).filter((set) => samples[set] > 0);
  const shown: readonly SetName[] = draft.sets === 'both' ? available : [draft.sets];
  return (
    <>
      {available.length > 1 && (
        <Segments
          label="Samples"
          value={draft.sets}
          segments={[
            { value: 'train', title: 'Train' },
            { value: 'test', title: 'Test' },
            { value: 'both', title: 'Both' },
          ]}
          onChange={(sets) => setDraft({ ...draft, sets })}
        />
      )}
      <div className={shown.length > 1 ? styles.pair : ''}>
        {shown.map((set, index) => (
          <TextField
            key={set}
            label={`${set === 'train' ? 'Training' : 'Test'} samples, of ${formatCount(samples[set])}`}
            inputMode="numeric"
            value={draft.counts[set]}
            problem={problemAt(`samples.${index}.count`)}
            onChange={(count) => setDraft({ ...draft, counts: { ...draft.counts, [set]: count } })}
          />
        ))}
      </div>
      {shardsOf(recipe) > 1 && <p className={`${styles.small} ${styles.soft}`}>{say('place.shards', { n: formatCount(SHARD_SAMPLES) })}</p>}
      <ProblemText text={problemAt('samples')} />
    </>
  );
}

function PriceLine({ form: { recipe, price, problems } }: { readonly form: PlaceForm }) {
  if (problems.length > 0) return null;
  switch (price.kind) {
    case 'working':
      return <p className={`${styles.small} ${styles.soft}`}>{say('price.working')}</p>;
    case 'unknown':
      return <p className={styles.warn}>{price.reason}</p>;
    case 'known':
      return (
        <p role="status" data-price={price.price.seconds}>
          {say('price.before', { grid: gridTitle(recipe), samples: samplesTitle(recipe), local: formatSeconds(price.price.seconds) })}
        </p>
      );
  }
}
