/** What is remembered of how a device lends, in a browser that keeps it and in one that does not. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { remembering } from '#client/lenderChoice.ts';
import type { Lending } from '#client/lendingTypes.ts';
import type { Helped } from '#lib/session/people.ts';
import { createStore } from '#client/store.ts';

/** A device whose share and choice can be set; the rest of lending is not asked. */
function lending(mayPlace: boolean): Pick<Lending, 'duty' | 'helps' | 'setDuty' | 'setHelps'> {
  const duty = createStore(1);
  const helps = createStore<Helped>('everyone');
  return remembering({ duty, helps, setDuty: duty.set, setHelps: helps.set } as unknown as Lending, 0.5, mayPlace);
}

const chosen = ({ duty, helps }: ReturnType<typeof lending>) => [duty.getSnapshot(), helps.getSnapshot()];

let kept: Map<string, string>;
beforeEach(() => {
  kept = new Map();
  vi.stubGlobal('localStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) });
});
afterEach(() => vi.unstubAllGlobals());

describe('what a lender chose', () => {
  it('[L23] is remembered on the device, and whom to help only where slices can be placed', () => {
    const first = lending(true);
    expect(chosen(first)).toEqual([0.5, 'everyone']);
    first.setDuty(0.25);
    first.setHelps('own');
    expect(chosen(lending(true))).toEqual([0.25, 'own']);
    expect(chosen(lending(false))).toEqual([0.25, 'everyone']);
    kept.set('tarn.helps', 'nobody');
    expect(chosen(lending(true))).toEqual([0.25, 'everyone']);
  });

  it('[L23] holds for the page alone where the browser keeps nothing', () => {
    const refuse = () => {
      throw new Error('denied');
    };
    vi.stubGlobal('localStorage', { getItem: refuse, setItem: refuse });
    const first = lending(true);
    first.setHelps('own');
    expect(chosen(first)).toEqual([0.5, 'own']);
    expect(chosen(lending(true))).toEqual([0.5, 'everyone']);
  });
});
