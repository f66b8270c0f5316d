/** How hard this device may be worked: what its person chose last, remembered here and nowhere else. */

/** Shares of the time that workers compute. */
export const DUTIES = { light: 0.25, balanced: 0.5, full: 1 } as const;
export type DutyName = keyof typeof DUTIES;

const KEY = 'tarn.duty';

/** The name of a share; null for one between. */
export const dutyOf = (share: number): DutyName | null => (Object.keys(DUTIES) as DutyName[]).find((name) => DUTIES[name] === share) ?? null;

/** Null when nothing was chosen, or this browser keeps nothing (a private window, a frame). */
export function recallDuty(): number | null {
  try {
    const name = localStorage.getItem(KEY);
    return name !== null && name in DUTIES ? DUTIES[name as DutyName] : null;
  } catch {
    return null;
  }
}

export function rememberDuty(share: number): void {
  const name = dutyOf(share);
  try {
    if (name) localStorage.setItem(KEY, name);
  } catch {
    // The choice then holds for this page only, which the browser's owner decided.
    return;
  }
}
