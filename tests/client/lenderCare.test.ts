/** When a lending device is spared, against a browser whose battery, visibility, locks and pressure are set by hand. */
import { describe, expect, it } from 'vitest';
import { careFor, type Battery, type Pressure, type Surroundings } from '#client/lenderCare.ts';
import type { LendingState, PauseReason } from '#client/lendingTypes.ts';
import { createStore } from '#client/store.ts';

const turns = async () => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

/** Locks of one device, for several tabs; nobody else takes any. */
function locksOfDevice() {
  const waiting: { grant: () => Promise<void>; signal: AbortSignal | undefined }[] = [];
  let holder: { stolen: (error: Error) => void } | null = null;
  async function run(grant: () => Promise<void>): Promise<void> {
    const mine: { stolen: (error: Error) => void } = { stolen: () => {} };
    const stolen = new Promise<never>((_, reject) => (mine.stolen = reject));
    holder = mine;
    try {
      await Promise.race([grant(), stolen]);
    } finally {
      if (holder === mine) {
        holder = null;
        let next = waiting.shift();
        while (next?.signal?.aborted) next = waiting.shift();
        if (next) void run(next.grant).catch(() => {});
      }
    }
  }
  const request = (_: string, options: LockOptions, grant: (lock: Lock | null) => Promise<void>): Promise<void> => {
    const give = () => grant({ name: 'lock', mode: 'exclusive' });
    if (options.steal) {
      holder?.stolen(new Error('stolen'));
      return run(give);
    }
    if (!holder) return run(give);
    if (options.ifAvailable) return Promise.resolve(grant(null));
    return new Promise((resolve, reject) => {
      options.signal?.addEventListener('abort', () => reject(new Error('aborted')));
      waiting.push({ grant: () => give().then(resolve), signal: options.signal });
    });
  };
  return { request } as unknown as NonNullable<Surroundings['locks']>;
}

function tab({ locks, battery }: { locks?: Surroundings['locks']; battery?: { charging: boolean; level: number } } = {}) {
  const state = createStore<LendingState>({ kind: 'off', points: 0 });
  const paused = new Set<PauseReason>();
  const events = new Map<string, () => void>();
  const world = { visibility: 'visible' as DocumentVisibilityState, hear: (() => {}) as (state: Pressure) => void };
  const source = battery && Object.assign(battery, { addEventListener: (event: string, heed: () => void) => void events.set(event, heed), removeEventListener: (event: string) => void events.delete(event) });
  const care = careFor(
    { state, pause: (reason) => void paused.add(reason), resume: (reason) => void paused.delete(reason) },
    {
      document: {
        get visibilityState() {
          return world.visibility;
        },
        addEventListener: (event: string, heed: unknown) => void events.set(event, heed as () => void),
        removeEventListener: (event: string) => void events.delete(event),
      },
      getBattery: source && (async () => source as unknown as Battery),
      locks,
      observePressure: (hear) => {
        world.hear = hear;
        return () => {};
      },
    },
  );
  return { care, state, paused, world, fire: (event: string) => events.get(event)?.(), lend: () => state.set({ kind: 'starting' }), stop: () => state.set({ kind: 'off', points: 0 }) };
}

describe('careFor', () => {
  it('[P12] on battery it pauses, until it is plugged in or the person allows it', async () => {
    const battery = { charging: false, level: 0.4 };
    const { care, paused, lend, fire } = tab({ battery });
    lend();
    await turns();
    expect([...paused]).toEqual(['battery']);
    expect(care.power.getSnapshot()).toEqual({ kind: 'battery', level: 0.4 });
    care.allow('battery', true);
    expect([...paused]).toEqual([]);
    care.allow('battery', false);
    battery.charging = true;
    fire('chargingchange');
    expect([...paused]).toEqual([]);
    expect(care.power.getSnapshot()).toEqual({ kind: 'mains' });
  });

  it('[P13] in a hidden tab it pauses, unless the person allows it, and goes on when it is seen again', () => {
    const { care, paused, world, lend, fire } = tab();
    lend();
    world.visibility = 'hidden';
    fire('visibilitychange');
    expect([...paused]).toEqual(['hidden']);
    care.allow('hidden', true);
    expect([...paused]).toEqual([]);
    care.allow('hidden', false);
    world.visibility = 'visible';
    fire('visibilitychange');
    expect([...paused]).toEqual([]);
  });

  it('[P14] a device that is seriously hot is left alone until that is over', () => {
    const { paused, world, lend, stop } = tab();
    lend();
    world.hear('fair');
    expect([...paused]).toEqual([]);
    world.hear('serious');
    expect([...paused]).toEqual(['heat']);
    world.hear('nominal');
    expect([...paused]).toEqual([]);
    stop();
  });

  it('[P15] of the tabs of one device one computes; another takes over when asked, or when the first stops', async () => {
    const locks = locksOfDevice();
    const [one, other] = [tab({ locks }), tab({ locks })];
    one.lend();
    other.lend();
    await turns();
    expect([[...one.paused], [...other.paused]]).toEqual([[], ['elsewhere']]);
    other.care.takeOver();
    await turns();
    expect([[...one.paused], [...other.paused]]).toEqual([['elsewhere'], []]);
    other.stop();
    await turns();
    expect([...one.paused]).toEqual([]);
    one.care.close();
  });

  it('[P12] a browser that tells nothing pauses nothing', async () => {
    const { care, paused, lend } = tab();
    lend();
    await turns();
    expect([care.power.getSnapshot().kind, [...paused]]).toEqual(['unknown', []]);
  });
});
