/** The gradient at the centre as an axis: computed here in float64, unasked where that is quick, else for its price. */
import { useEffect, useEffectEvent } from 'react';
import { sayProblems } from '#lib/parsed.ts';
import type { SubjectWeights } from '#lib/network/subject.ts';
import { useSession } from '#components/session/SessionContext.ts';
import { useWholeSubject } from '#components/session/useWholeSubject.ts';
import { ProblemText } from '#components/ui/Field.tsx';
import { formatLoss } from '#lib/session/words.ts';
import { say } from '#components/words.ts';
import { whyNoGradient } from '#components/analyse/inspected.ts';
import { Inspecting } from '#components/analyse/Inspecting.tsx';
import { useInspection } from '#components/analyse/useInspection.ts';
import { samplesTitle } from '#lib/session/sliceTitle.ts';
import type { PlaceForm } from './usePlaceForm.ts';
import { gradientFile, gradientKey, gradientQuestion } from './vectorDraft.ts';
import styles from './Panel.module.css';

export function GradientFields({ form, subject }: { readonly form: PlaceForm; readonly subject: SubjectWeights }) {
  const session = useSession();
  const { draft, setDraft, recipe, problems } = form;
  const key = gradientKey(recipe);
  const gradient = draft.vector.gradient?.key === key ? draft.vector.gradient : null;
  const refusal = whyNoGradient(recipe);
  // What is wrong with a field that the gradient depends on is said there.
  const mayAsk = refusal === null && !problems.some(({ path }) => path.startsWith('samples') || path === 'loss' || path === 'centre');
  const whole = useWholeSubject(subject.id);
  const control = useInspection(whole && gradient === null && mayAsk ? `gradient ${key}` : null, () => (whole ? gradientQuestion(recipe, whole) : null), true);
  const answer = control.state.kind === 'done' ? control.state.inspection.answer : null;

  // Once the draft has it, it is asked for no more.
  const file = answer?.ask === 'gradients' ? gradientFile(answer.gradients[0]!.gradient, recipe, subject) : null;
  const take = useEffectEvent(() => {
    if (file?.ok) setDraft({ ...draft, vector: { ...draft.vector, gradient: { key, vector: session.vectors.hold(file.value) } } });
  });
  useEffect(() => {
    if (answer) take();
  }, [answer]);

  if (refusal !== null) return <ProblemText text={refusal} />;
  if (file && !file.ok) return <ProblemText text={sayProblems(file.problems)} />;
  if (gradient === null) return mayAsk ? <Inspecting control={control} what="Compute the gradient" /> : null;
  const made = session.vectors.about(gradient.vector.digest)?.made as { readonly norm?: number } | undefined;
  return (
    <p className={`${styles.small} ${styles.soft}`} role="status">
      {say('gradient.made', { g: formatLoss(made?.norm ?? NaN), samples: samplesTitle({ ...recipe, samples: recipe.samples.slice(0, 1) }) })}
    </p>
  );
}
