/** Who is asked for a second opinion: whoever of those here is furthest from those who have spoken, and after a while anybody else. */
import { describe, expect, it } from 'vitest';
import type { Domain } from '#lib/work/belief/domain.ts';
import { Scheduler } from '#lib/work/scheduling/scheduler.ts';
import { specOf } from './world.ts';

const HOME: Domain = { network: 'home', minute: 0 };
const LATER: Domain = { network: 'home', minute: 5 };
const ELSEWHERE: Domain = { network: 'elsewhere', minute: 0 };
const UNTIL = 60_000;

/** A slice of Ada's whose two tiles are done, by Mia; the first is to be computed once more. */
function asked(here: Readonly<Record<string, Domain | null>>) {
  const scheduler = new Scheduler();
  scheduler.addSlice({ ...specOf('a', 'ada', [2]), isDone: () => true });
  for (const [id, domain] of Object.entries(here)) join(scheduler, id, domain);
  scheduler.check('a', 0, { notTo: ['mia'], awayFrom: [HOME], until: UNTIL });
  return { scheduler, isLent: (id: string, now = 0) => scheduler.ask(id, 1, now).some(({ slice }) => slice === 'a') };
}

const join = (scheduler: Scheduler, id: string, domain: Domain | null, helps?: 'own') => scheduler.join({ id, person: id, domain, helps, workers: 1, duty: 1 });

describe('second opinions', () => {
  it('[V17] they go to who is furthest away, then to who came from the same network at another time', () => {
    const { scheduler, isLent } = asked({ mia: HOME, ned: HOME, ola: LATER, pia: ELSEWHERE });
    expect([isLent('mia'), isLent('ned'), isLent('ola'), isLent('pia')]).toEqual([false, false, false, true]);
    scheduler.leave('pia');
    expect([isLent('mia'), isLent('ned'), isLent('ola')]).toEqual([false, false, true]);
    scheduler.leave('ola');
    expect([isLent('mia'), isLent('ned')]).toEqual([false, true]);
    // The result is an opinion, and the tile stays done.
    expect(scheduler.complete('ned', 'ned', 'a', 0, 10, 0)).toBe('opinion');
    expect(scheduler.counts()).toEqual({ waiting: 0, lent: 0, done: 2 });
  });

  it('[V17] where everybody has one address anybody but the maker is asked at once', () => {
    expect(asked({ mia: HOME, ned: HOME }).isLent('ned')).toBe(true);
  });

  it('[V17] who does not say where they come from is as far away as anybody', () => {
    const { isLent } = asked({ ned: HOME, ola: null });
    expect([isLent('ned'), isLent('ola')]).toEqual([false, true]);
  });

  it('[V17] it is kept for a minute at most, for who is here and may have it', () => {
    expect(asked({ ned: HOME, pia: ELSEWHERE }).isLent('ned', UNTIL)).toBe(true);
    const only = asked({ ned: HOME });
    join(only.scheduler, 'pia', ELSEWHERE, 'own');
    expect(only.isLent('ned')).toBe(true);
    const silent = asked({ ned: HOME, pia: ELSEWHERE });
    silent.scheduler.addSlice(specOf('b', 'ada', [1]));
    expect(silent.scheduler.ask('pia', 1, 0).map(({ slice }) => slice)).toEqual(['b']);
    // Nothing was heard of Pia for long, but she has not left.
    silent.scheduler.sweep(50_000);
    expect([silent.isLent('ned', 50_000), silent.isLent('ned', UNTIL)]).toEqual([false, true]);
    const caught = asked({ ned: HOME, pia: ELSEWHERE });
    caught.scheduler.limit('pia', null);
    expect(caught.isLent('ned')).toBe(true);
  });

  it('[V17] who idles does not take it over from who it was kept for', () => {
    const { scheduler } = asked({ ned: HOME, pia: ELSEWHERE });
    scheduler.check('a', 1, { notTo: ['mia'], awayFrom: [HOME], until: UNTIL });
    expect(scheduler.ask('pia', 1e6, 0).length).toBe(2);
    // Long past the time in which a lease is left alone.
    expect(scheduler.ask('ned', 1, 10_000)).toEqual([]);
    expect(scheduler.ask('ned', 1, UNTIL).map(({ tile }) => tile)).toEqual([1]);
  });

  it('[V15] a newcomer\'s first tile is asked about before others', () => {
    const { scheduler } = asked({ ned: ELSEWHERE });
    scheduler.check('a', 1, { notTo: ['mia'], isFirst: true });
    expect(scheduler.ask('ned', 1e6, 0).map(({ tile }) => tile)).toEqual([1, 0]);
  });

  it('[V17] [L9] what is wanted anew is not looked at a second time', () => {
    const { scheduler, isLent } = asked({ ned: ELSEWHERE });
    scheduler.reopen('a', 0, 'mia');
    expect(scheduler.counts()).toEqual({ waiting: 1, lent: 0, done: 1 });
    expect(isLent('ned')).toBe(true);
    expect(scheduler.complete('ned', 'ned', 'a', 0, 10, 0)).toBe('accepted');
    expect(scheduler.counts()).toEqual({ waiting: 0, lent: 0, done: 2 });
  });

  it('[V17] [L9] an opinion on a tile that was struck meanwhile takes its place', () => {
    const { scheduler, isLent } = asked({ ned: ELSEWHERE });
    expect(isLent('ned')).toBe(true);
    scheduler.reopen('a', 0, 'mia');
    expect(scheduler.complete('ned', 'ned', 'a', 0, 10, 0)).toBe('accepted');
    expect(scheduler.counts()).toEqual({ waiting: 0, lent: 0, done: 2 });
  });
});
