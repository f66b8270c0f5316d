/** Principal axes in the form: of which checkpoints, how, and what they explain beside what a random walk would. */
import { useEffect, useEffectEvent } from 'react';
import { PRINCIPAL_METHODS } from '#lib/analysis/principalAxes.ts';
import type { SubjectWeights } from '#lib/network/subject.ts';
import { principalOf } from '#lib/session/honesty/vectorMade.ts';
import { formatShare } from '#lib/session/words.ts';
import { Disclosure } from '#components/ui/Disclosure.tsx';
import { ProblemText } from '#components/ui/Field.tsx';
import { Segments } from '#components/ui/Segments.tsx';
import { Select } from '#components/ui/Select.tsx';
import { Toggle } from '#components/ui/Toggle.tsx';
import { useStore } from '#components/useStore.ts';
import { useSession } from '#components/session/SessionContext.ts';
import { plural } from '#components/words.ts';
import { dimensionsOf, recipeOf, withAxes, withRoomFor, type PlaceDraft } from './placeDraft.ts';
import { RunFields } from './RunFields.tsx';
import { makePrincipal, sayPrincipal, UNMADE, type PrincipalDraft } from './principalDraft.ts';
import type { PlaceForm } from './usePlaceForm.ts';
import styles from './Panel.module.css';

const METHOD_TITLES = { components: 'Components', informed: 'Trajectory-informed' } as const;
const METHOD_WORDS = {
  components: 'Unit axes through the point below: coordinates are distances (Li et al. 2018).',
  informed: 'Axes as long as the weights at the point below, looked at over −1 … 1 (Ding et al. 2023).',
} as const;

/** An option beside the ids of checkpoints, which are never empty. */
const MEAN = '';

/** Ticking several boxes makes the axes once. */
const PAUSE_MS = 250;

export function PrincipalFields({ form: { draft, setDraft }, subject }: { readonly form: PlaceForm; readonly subject: SubjectWeights }) {
  const session = useSession();
  const { principal, kind } = draft;
  const { checkpoints, trajectory } = subject.manifest;
  const loaded = useStore(session.subjects);
  const { method, isCentred, rows, runs, origin, made, walk, problem } = principal;
  const others = runs.flatMap((id) => loaded.find((each) => each.id === id) ?? []);
  const change = (part: Partial<PrincipalDraft>) => setDraft({ ...draft, principal: { ...principal, ...part, ...UNMADE } });

  const make = useEffectEvent(() => {
    const outcome = makePrincipal(principal, subject, others, dimensionsOf(kind));
    if (!outcome.ok) return setDraft({ ...draft, principal: { ...principal, ...UNMADE, problem: sayPrincipal(outcome) } });
    const { axes, mean, walk: walking, points } = outcome.value;
    const { hold } = session.vectors;
    // Statistics that no mean has are those of the last checkpoint.
    const next: PlaceDraft = { ...draft, centre: origin ?? rows.at(-1) ?? draft.centre, principal: { ...principal, made: axes.map(hold), mean: mean && hold(mean), walk: walking, problem: null } };
    if (method === 'informed') return setDraft({ ...next, axes: withAxes(next, (axis) => ({ ...axis, min: '-1', max: '1' })) });
    setDraft(withRoomFor(next, recipeOf(next, subject.manifest).recipe, subject, points, session.vectors.of));
  });
  const isDue = made.length === 0 && problem === null && others.length === runs.length;
  useEffect(() => {
    if (!isDue) return undefined;
    const timer = setTimeout(() => make(), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [isDue, subject, kind, method, isCentred, rows, runs, origin]);

  return (
    <>
      {runs.length === 0 && <Segments label="Method" value={method} segments={PRINCIPAL_METHODS.map((value) => ({ value, title: METHOD_TITLES[value] }))} hint={METHOD_WORDS[method]} onChange={(next) => change(next === 'informed' ? { method: next, isCentred: false, origin: origin ?? rows.at(-1) ?? '' } : { method: next })} />}
      <Disclosure title="Of which checkpoints" summary={plural(rows.length, 'checkpoint')}>
        {trajectory.length > 2 && (
          <Segments
            label="Begin with"
            value={rows === trajectory ? 'path' : 'chosen'}
            segments={[
              { value: 'path', title: 'The training path' },
              { value: 'chosen', title: 'Chosen ones' },
            ]}
            onChange={(next) => change(next === 'path' ? { rows: trajectory, origin: origin === null ? null : trajectory.at(-1)! } : { rows: [...rows] })}
          />
        )}
        {(rows !== trajectory || trajectory.length <= 2) &&
          checkpoints.map(({ id, title }) => (
            <Toggle
              key={id}
              kind="checkbox"
              label={title}
              isOn={rows.includes(id)}
              onChange={(isOn) => change({ rows: checkpoints.map((each) => each.id).filter((each) => (each === id ? isOn : rows.includes(each))) })}
            />
          ))}
      </Disclosure>
      <RunFields
        subject={subject.id}
        manifest={subject.manifest}
        runs={runs}
        onChange={(next) => {
          // Several runs have no last checkpoint in common: they are looked at from their middle, until somebody chooses another place.
          if (runs.length === 0) change({ runs: next, method: 'components', origin: null, isCentred: true });
          else change(next.length === 0 ? { runs: next, origin: rows.at(-1) ?? '', isCentred: false } : { runs: next });
        }}
      />
      <Select
        label="Through"
        value={origin ?? MEAN}
        options={[...(method === 'components' ? [{ value: MEAN, title: 'The mean of all of them' }] : []), ...checkpoints.map(({ id, title }) => ({ value: id, title }))]}
        onChange={(next) => change(next === MEAN ? { origin: null, isCentred: true } : { origin: next })}
      />
      {method === 'components' && origin !== null && (
        <Toggle kind="checkbox" label="Take the mean away first (centred)" isOn={isCentred} hint="The paper's text does not; the reference tool's code does." onChange={(next) => change({ isCentred: next })} />
      )}
      {isDue && <p role="status" className={`${styles.small} ${styles.soft}`}>Making the axes …</p>}
      <ProblemText text={problem ?? undefined} />
      {made.length > 0 && (
        <p className={styles.small}>
          Together {formatShare(made.reduce((sum, { digest }) => sum + (principalOf(session.vectors.about(digest)?.made)?.explained ?? 0), 0))} {runs.length > 0 ? 'of the spread.' : 'of the motion.'}
          {walk !== null &&
            ` ${runs.length > 0 ? `${runs.length + 1} random walks from the same starts, with steps as long,` : `A random walk of ${rows.length} points`} would have ${formatShare(walk)}: a high share alone is no sign of low dimension.`}
        </p>
      )}
    </>
  );
}
