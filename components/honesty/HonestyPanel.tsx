/** The honesty panel of a slice: what its picture can and cannot tell, open unless somebody folds it. */
import { layoutOf } from '#lib/network/layout.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import { formatCount } from '#lib/session/words.ts';
import { normOf } from '#lib/slice/vectors.ts';
import { CopyButton } from '#components/ui/CopyButton.tsx';
import { Disclosure } from '#components/ui/Disclosure.tsx';
import { useStore } from '#components/useStore.ts';
import { Inspecting } from '#components/analyse/Inspecting.tsx';
import { questionOf } from '#components/analyse/inspected.ts';
import { useInspection } from '#components/analyse/useInspection.ts';
import type { ComputedWith } from '#client/sessionTypes.ts';
import { geometryOf } from '#components/session/frames.ts';
import { useSession } from '#components/session/SessionContext.ts';
import type { Job } from '#components/session/useJob.ts';
import type { GeographyOutcome } from '#components/session/useTrajectory.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { say } from '#components/words.ts';
import { besideCentre, honestyFacts, honestyText } from './honestyFacts.ts';
import styles from './HonestyPanel.module.css';

type HonestyPanelProps = {
  readonly sliceId: string;
  readonly recipe: SliceRecipe;
  readonly manifest: SubjectManifest;
  readonly geography: GeographyOutcome | null;
  readonly job: Job | null;
  readonly backends: readonly ComputedWith[];
};

export function HonestyPanel({ sliceId, recipe, manifest, geography, job, backends }: HonestyPanelProps) {
  const session = useSession();
  const subjects = useStore(session.subjects);
  const subject = subjects.find(({ id }) => id === recipe.subject);
  const known = geography?.kind === 'known' ? geography.geography : null;
  const spots = [{ a: 0, b: 0 }, besideCentre(recipe)];
  // Only a mean of losses has a standard error over samples.
  const spread = useInspection(known && subject && !recipe.measure ? sliceId : null, () => (subject ? questionOf('values', recipe, subject, session.vectors.of, spots) : null), true);
  // The frame is kept by frames.ts: asking again costs nothing once the geography is known.
  const geometry = known && subject ? geometryOf(recipe, subject, session.vectors.of) : null;
  const parameters = layoutOf(manifest.network).size;
  const lead = say('honesty.random', { p: formatCount(parameters) });
  const answer = spread.state.kind === 'done' ? spread.state.inspection.answer : null;
  const facts = honestyFacts({
    recipe,
    manifest,
    parameters,
    measured: job,
    backends: backends.map(({ title }) => title),
    axes: known?.facts ?? null,
    centreNorm: geometry?.ok ? normOf(geometry.value.frame.origin) : null,
    captured: known?.captured ?? null,
    checkpoints: known ? [...known.trajectory, ...known.checkpoints] : [],
    spread: answer?.ask === 'values' ? answer.values : null,
  });
  return (
    <Disclosure title={say('honesty.title')} summary={say('honesty.closed')} isOpenAtFirst>
      <p className={styles.lead}>{lead}</p>
      <dl className={styles.facts}>
        {facts.map(({ title, text, note, isWarning }, index) => (
          <div key={`${title} ${index}`} data-warning={isWarning ? '' : undefined}>
            <dt>{title}</dt>
            <dd>
              {text}
              {note !== undefined && <span className={styles.note}>{note}</span>}
            </dd>
          </div>
        ))}
      </dl>
      {subject && !recipe.measure && <Inspecting control={spread} what={say('honesty.spread')} />}
      <div className={styles.foot}>
        <CopyButton text={honestyText(lead, facts)} size="small" said={say('honesty.copied')}>
          Copy as text
        </CopyButton>
        <a href="/conformance" target="_blank" rel="noopener">
          {say('conformance.link')}
        </a>
      </div>
    </Disclosure>
  );
}
