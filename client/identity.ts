/** Remembers on this device who the person is in a session: the server's token, kept apart per session. */

const nameFor = (sessionId: string): string => `tarn.person.${sessionId}`;

/** The token, or null when there is none or this browser keeps nothing (a private window, a frame). */
export function recallToken(sessionId: string): string | null {
  try {
    return localStorage.getItem(nameFor(sessionId));
  } catch {
    return null;
  }
}

export function rememberToken(sessionId: string, token: string): void {
  try {
    localStorage.setItem(nameFor(sessionId), token);
  } catch {
    // Nothing to do: the person is somebody new after a reload, which the browser's owner chose.
    return;
  }
}
