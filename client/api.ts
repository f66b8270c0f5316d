/** The page's calls to the HTTP interface: make a session, join by code, fetch a tile by digest. */
import { parsed, refused, refusedAll, type Parsed } from '#lib/parsed.ts';
import type { CreatedSession, JoinedSession, ProblemDetails } from '#lib/wire/api.ts';

/** Makes a session; rejects with words for the screen when the server cannot. */
export async function createSession(title?: string): Promise<CreatedSession> {
  const answer = await post<CreatedSession>('/api/v1/sessions', title === undefined ? {} : { title });
  if (!answer.ok) throw new Error(answer.problems[0]?.message ?? 'the server did not make a session');
  return answer.value;
}

export const joinByCode = (code: string): Promise<Parsed<JoinedSession>> => post('/api/v1/join', { code });

/** The bytes of a tile, or null when the server does not have them. */
export async function fetchTile(digest: string, signal: AbortSignal): Promise<Uint8Array | null> {
  const answer = await fetch(`/api/v1/tiles/${digest}`, { signal });
  return answer.ok ? new Uint8Array(await answer.arrayBuffer()) : null;
}

async function post<T>(path: string, body: unknown): Promise<Parsed<T>> {
  let answer: Response;
  try {
    answer = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  } catch {
    return refused('The server cannot be reached. Check the connection and try again.');
  }
  if (answer.ok) return parsed((await answer.json()) as T);
  const problem = await answer.json().then(
    (json) => json as ProblemDetails,
    () => null,
  );
  if (problem?.problems && problem.problems.length > 0) return refusedAll(problem.problems);
  return refused(problem?.detail ?? `The server answered ${answer.status}.`);
}
