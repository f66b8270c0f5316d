/** The honesty panel of a slice: what its picture can and cannot tell, open unless somebody folds it. */
import { besideCentre, honestyText } from '#lib/session/honesty/facts.ts';
import { shardsOf } from '#lib/slice/shards.ts';
import { CopyButton } from '#components/ui/CopyButton.tsx';
import { Disclosure } from '#components/ui/Disclosure.tsx';
import { Inspecting } from '#components/analyse/Inspecting.tsx';
import { questionOf } from '#components/analyse/inspected.ts';
import { useInspection } from '#components/analyse/useInspection.ts';
import { useSession } from '#components/session/SessionContext.ts';
import { useWholeSubject } from '#components/session/useWholeSubject.ts';
import { say } from '#components/words.ts';
import { Exports } from './Exports.tsx';
import { useHonesty, type Shown } from './useHonesty.ts';
import styles from './HonestyPanel.module.css';

export function HonestyPanel(shown: Shown) {
  const { sliceId, recipe, geography } = shown;
  const session = useSession();
  const spots = [{ a: 0, b: 0 }, besideCentre(recipe)];
  // Only a mean of losses has a standard error over samples; where these come shard by shard, the tiles bring it.
  const mayBeAsked = !recipe.measure && shardsOf(recipe) === 1;
  const subject = useWholeSubject(mayBeAsked ? recipe.subject : null);
  const isAsked = subject !== undefined;
  const spread = useInspection(geography?.kind === 'known' && isAsked ? sliceId : null, () => (subject ? questionOf('values', recipe, subject, session.vectors.of, spots) : null), true);
  const answer = spread.state.kind === 'done' ? spread.state.inspection.answer : null;
  const honesty = useHonesty(shown, answer?.ask === 'values' ? answer.values : null);
  const { lead, facts } = honesty;
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
      {isAsked && <Inspecting control={spread} what={say('honesty.spread')} />}
      <Exports shown={shown} honesty={honesty} />
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
