/** The scenarios of `npm run simulate -- lending`: who is there, what is opened when, and what goes wrong. */
import { MIXED, type Mix } from './fleet.ts';
import type { SliceSize } from './landscape.ts';

export type Scenario = {
  readonly title: string;
  readonly volunteers: number;
  readonly slices: number;
  /** How many people place the slices. */
  readonly people: number;
  readonly size: SliceSize;
  readonly mix: Mix;
  readonly roundTrip: readonly [medianMs: number, sigma: number];
  /** There at the beginning; the others arrive evenly over `arriveS` seconds. */
  readonly early: number;
  readonly arriveS: number;
  /** Slices are opened evenly from `openFromS` on, over `openS` seconds. */
  readonly openFromS: number;
  readonly openS: number;
  /** Mean stay in seconds, and whether who left is followed by somebody new. */
  readonly stayS: number;
  readonly isReplaced: boolean;
  readonly silentShare: number;
  /** Everybody leaves within two seconds. */
  readonly bellS?: number;
  /** The server dies, and is back two seconds later. */
  readonly crashS?: number;
  /** Seconds of virtual time after which the run ends in any case. */
  readonly mostS: number;
  /** Multiply-adds a second of float64 on the server. */
  readonly truthPerSecond: number;
};

const CORE = 2e8;
const LAN = [8, 0.3] as const;
const WAN = [60, 0.6] as const;

const lecture = {
  volunteers: 30, people: 30, size: 'full', mix: MIXED, roundTrip: LAN, early: 1, arriveS: 0, openFromS: 2, openS: 0, stayS: Infinity, isReplaced: false, silentShare: 0, mostS: 7200, truthPerSecond: CORE,
} as const;

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'lecture-one': { ...lecture, title: 'a lecture of 30 mixed devices, one slice on the wall', slices: 1, people: 1 },
  'lecture-thirty': { ...lecture, title: 'a lecture of 30, everyone opens a slice', slices: 30 },
  'lecture-300': { ...lecture, title: 'a lecture of 300 that arrives within a minute, 30 slices', volunteers: 300, slices: 30, early: 0, arriveS: 60, stayS: 900, silentShare: 0.3, isReplaced: true },
  lab: { ...lecture, title: 'a laboratory of four data-centre GPUs, four slices', volunteers: 4, slices: 4, people: 4, mix: [1, 0, 0, 0, 0], roundTrip: [2, 0.2] },
  bell: { ...lecture, title: 'everyone but four leaves at the bell', slices: 30, bellS: 60, silentShare: 0.3 },
  crash: { ...lecture, title: 'the server is killed in the middle and comes back', slices: 30, crashS: 60 },
  campaign: { ...lecture, title: 'an internet campaign with coming and going', volunteers: 1000, slices: 100, people: 100, roundTrip: WAN, openS: 10, stayS: 900, silentShare: 0.3, isReplaced: true, mostS: 3600, truthPerSecond: 3e10 },
  crowd: { ...lecture, title: '10,000 volunteers, 500 slices opened within ten seconds', volunteers: 10_000, slices: 500, people: 500, roundTrip: WAN, openFromS: 5, openS: 10, stayS: 900, silentShare: 0.3, isReplaced: true, mostS: 900, truthPerSecond: 3e10 },
  // A crowd is a question of how many come at once, not of how long they stay: slices of 129 × 129, some leases for each device.
  flash: { ...lecture, title: 'a flash crowd: from a hundredth to everybody within 20 s', volunteers: 100_000, slices: 2000, people: 2000, size: 'half', roundTrip: WAN, early: 0.01, arriveS: 20, openS: 10, stayS: 900, silentShare: 0.3, isReplaced: true, mostS: 60, truthPerSecond: 3e10 },
};
