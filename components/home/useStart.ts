/** Makes a session and goes there; while it is made, what was pressed is busy. */
import { useState } from 'react';
import { createSession } from '#client/api.ts';
import { linkToOpen, type Opening } from '#components/session/opening.ts';
import { say } from '#components/words.ts';

export type Start = {
  /** What is being opened: the name of a network, or how a session begins. */
  readonly busy: string | null;
  readonly problem: string | undefined;
  readonly start: (opening: Opening, network?: string) => void;
};

export function useStart(): Start {
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<string>();
  const start = (opening: Opening, network?: string) => {
    setBusy(network ?? opening);
    setProblem(undefined);
    createSession().then(
      ({ id, key }) => location.assign(linkToOpen(id, key, opening, network)),
      (error: unknown) => {
        setBusy(null);
        setProblem(say('home.failed', { reason: error instanceof Error ? error.message : String(error) }));
      },
    );
  };
  return { busy, problem, start };
}
