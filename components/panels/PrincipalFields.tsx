/** Principal axes in the form: of which checkpoints, how, and what they explain beside what a random walk would. */
import { useEffect, useEffectEvent } from 'react';
import { PRINCIPAL_METHODS } from '#lib/analysis/principalAxes.ts';
import { walkShare } from '#lib/analysis/randomWalk.ts';
import { layoutOf } from '#lib/network/layout.ts';
import type { SubjectWeights } from '#lib/network/subject.ts';
import { principalOf } from '#lib/session/honesty/vectorMade.ts';
import { formatShare } from '#lib/session/words.ts';
import { Disclosure } from '#components/ui/Disclosure.tsx';
import { ProblemText } from '#components/ui/Field.tsx';
import { Segments } from '#components/ui/Segments.tsx';
import { Select } from '#components/ui/Select.tsx';
import { Toggle } from '#components/ui/Toggle.tsx';
import { useSession } from '#components/session/SessionContext.ts';
import { plural } from '#components/words.ts';
import { dimensionsOf, recipeOf, withAxes, withRoomFor, type PlaceDraft } from './placeDraft.ts';
import { makePrincipal, sayPrincipal, type PrincipalDraft } from './principalDraft.ts';
import type { PlaceForm } from './usePlaceForm.ts';
import styles from './Panel.module.css';

const METHOD_TITLES = { components: 'Components', informed: 'Trajectory-informed' } as const;
const METHOD_WORDS = {
  components: 'Unit axes through the point below: coordinates are distances (Li et al. 2018).',
  informed: 'Axes as long as the weights at the point below, looked at over −1 … 1 (Ding et al. 2023).',
} as const;

/** Ticking several boxes makes the axes once. */
const PAUSE_MS = 250;

export function PrincipalFields({ form: { draft, setDraft }, subject }: { readonly form: PlaceForm; readonly subject: SubjectWeights }) {
  const session = useSession();
  const { principal, kind } = draft;
  const { checkpoints, trajectory } = subject.manifest;
  const { method, isCentred, rows, origin, made, problem } = principal;
  const change = (part: Partial<PrincipalDraft>) => setDraft({ ...draft, principal: { ...principal, ...part, made: [], problem: null } });

  const make = useEffectEvent(() => {
    const outcome = makePrincipal(principal, subject, dimensionsOf(kind));
    if (!outcome.ok) return setDraft({ ...draft, principal: { ...principal, made: [], problem: sayPrincipal(outcome) } });
    const next: PlaceDraft = { ...draft, centre: origin, principal: { ...principal, made: outcome.value.map(session.vectors.hold), problem: null } };
    if (method === 'informed') return setDraft({ ...next, axes: withAxes(next, (axis) => ({ ...axis, min: '-1', max: '1' })) });
    setDraft(withRoomFor(next, recipeOf(next, subject.manifest).recipe, subject, rows, session.vectors.of));
  });
  // Seen from elsewhere than one of its points or its mean, no share of a walk compares.
  const isWalk = rows.length > 1 && (isCentred || rows.includes(origin));
  const isDue = made.length === 0 && problem === null;
  useEffect(() => {
    if (!isDue) return undefined;
    const timer = setTimeout(() => make(), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [isDue, subject, kind, method, isCentred, rows, origin]);

  return (
    <>
      <Segments label="Method" value={method} segments={PRINCIPAL_METHODS.map((value) => ({ value, title: METHOD_TITLES[value] }))} hint={METHOD_WORDS[method]} onChange={(next) => change({ method: next, isCentred: next === 'components' && isCentred })} />
      <Disclosure title="Of which checkpoints" summary={plural(rows.length, 'checkpoint')}>
        {trajectory.length > 2 && (
          <Segments
            label="Begin with"
            value={rows === trajectory ? 'path' : 'chosen'}
            segments={[
              { value: 'path', title: 'The training path' },
              { value: 'chosen', title: 'Chosen ones' },
            ]}
            onChange={(next) => change(next === 'path' ? { rows: trajectory, origin: trajectory.at(-1)! } : { rows: [...rows] })}
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
      <Select label="Through" value={origin} options={checkpoints.map(({ id, title }) => ({ value: id, title }))} onChange={(next) => change({ origin: next })} />
      {method === 'components' && (
        <Toggle kind="checkbox" label="Take the mean away first (centred)" isOn={isCentred} hint="The paper's text does not; the reference tool's code does." onChange={(next) => change({ isCentred: next })} />
      )}
      {isDue && <p role="status" className={`${styles.small} ${styles.soft}`}>Making the axes …</p>}
      <ProblemText text={problem ?? undefined} />
      {made.length > 0 && (
        <p className={styles.small}>
          Together {formatShare(made.reduce((sum, { digest }) => sum + (principalOf(session.vectors.about(digest)?.made)?.explained ?? 0), 0))} of the motion.
          {isWalk &&
            ` A random walk of ${rows.length} points would have ${formatShare(walkShare(rows.length, layoutOf(subject.manifest.network).size, made.length, isCentred ? 'mean' : rows.indexOf(origin)))}: a high share alone is no sign of low dimension.`}
        </p>
      )}
    </>
  );
}
