/** How hard this device may be worked, and for whom: what its person chose last, remembered here and nowhere else. */
import { HELPED, type Helped } from '#lib/session/people.ts';
import type { Lending } from './lendingTypes.ts';

/** Shares of the time that workers compute. */
export const DUTIES = { light: 0.25, balanced: 0.5, full: 1 } as const;
export type DutyName = keyof typeof DUTIES;

const DUTY_KEY = 'tarn.duty';
const HELPS_KEY = 'tarn.helps';

/** The name of a share; null for one between. */
export const dutyOf = (share: number): DutyName | null => (Object.keys(DUTIES) as DutyName[]).find((name) => DUTIES[name] === share) ?? null;

/**
 * The same lending, begun as was chosen last; what is chosen from now on is remembered.
 *
 * @param usualDuty where nothing was chosen @param mayPlace who cannot place anything lends to everyone, whatever they chose elsewhere
 */
export function remembering<T extends Lending>(lending: T, usualDuty: number, mayPlace: boolean): T {
  lending.setDuty(recallDuty() ?? usualDuty);
  if (mayPlace) lending.setHelps(recallHelps());
  return {
    ...lending,
    setDuty(share) {
      rememberDuty(share);
      lending.setDuty(share);
    },
    setHelps(helps) {
      remember(HELPS_KEY, helps);
      lending.setHelps(helps);
    },
  };
}

/** Null when nothing was chosen, or this browser keeps nothing (a private window, a frame). */
function recallDuty(): number | null {
  const name = recall(DUTY_KEY);
  return name !== null && name in DUTIES ? DUTIES[name as DutyName] : null;
}

function rememberDuty(share: number): void {
  const name = dutyOf(share);
  if (name) remember(DUTY_KEY, name);
}

/** Everyone, when nothing was chosen. */
function recallHelps(): Helped {
  const name = recall(HELPS_KEY);
  return HELPED.find((each) => each === name) ?? 'everyone';
}

function recall(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // The choice then holds for this page only, which the browser's owner decided.
    return;
  }
}
