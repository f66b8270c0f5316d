'use client';
/** One field for a session's code. The sixth character sends it; a wrong code stays where it can be mended. */
import { useEffect, useEffectEvent, useRef, useState, type FormEvent } from 'react';
import { joinByCode } from '#client/api.ts';
import { CODE_LENGTH, readCode, shownCode } from '#lib/session/joinCode.ts';
import { Button } from '#components/ui/Button.tsx';
import { Field } from '#components/ui/Field.tsx';
import { say } from '#components/words.ts';
import styles from './JoinForm.module.css';

export function JoinForm({ initial = '' }: { readonly initial?: string }) {
  const [text, setText] = useState(initial.toUpperCase());
  const [problem, setProblem] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  /** What was sent last, so that mending a wrong code sends it again and pausing on it does not. */
  const sent = useRef('');

  const field = useRef<HTMLInputElement>(null);

  const submit = async (typed: string) => {
    const code = readCode(typed);
    if (!code.ok) {
      setProblem(code.problems.map(({ message }) => message).join(' '));
      return;
    }
    sent.current = code.value;
    setBusy(true);
    setProblem(undefined);
    const outcome = await joinByCode(code.value);
    if (outcome.ok) {
      location.assign(`/s/${outcome.value.id}#key=${encodeURIComponent(outcome.value.key)}`);
      return;
    }
    setBusy(false);
    const [first] = outcome.problems;
    setProblem(first?.path === 'code' ? say('join.wrong', { code: shownCode(code.value) }) : say('join.unreachable', { reason: first?.message ?? '' }));
  };

  const sendInitial = useEffectEvent(() => {
    if (initial !== '') void submit(initial);
  });
  useEffect(() => {
    field.current?.focus();
    const timer = setTimeout(() => sendInitial(), 0);
    return () => clearTimeout(timer);
  }, []);

  const type = (value: string) => {
    const next = value.toUpperCase();
    setText(next);
    setProblem(undefined);
    const letters = next.replace(/[\s-]/g, '');
    if (letters.length === CODE_LENGTH && letters !== sent.current) void submit(next);
  };

  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    void submit(text);
  };

  return (
    <form className={styles.form} onSubmit={onSubmit}>
      <Field label={say('join.placeholder')} hint={say('join.hint')} problem={problem}>
        {(parts) => (
          <input
            {...parts}
            className={styles.code}
            value={text}
            placeholder="ABC-DEF"
            maxLength={16}
            autoComplete="off"
            autoCapitalize="characters"
            autoCorrect="off"
            spellCheck={false}
            ref={field}
            onChange={(event) => type(event.target.value)}
          />
        )}
      </Field>
      <Button type="submit" tone="accent" size="large" aria-busy={isBusy} disabled={isBusy}>
        {isBusy ? 'Joining …' : 'Join'}
      </Button>
    </form>
  );
}
