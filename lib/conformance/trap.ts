/**
 * A trap: a wrong behaviour that tools of this field are known to have, and a measurement that tells it from the right one.
 *
 * The measurement is given the behaviour, so that a test can also give it the wrong one and see it fail: a check that cannot fail
 * proves nothing. Rules J3 and J4 in docs/SPEC.md.
 */
import type { Device } from './device.ts';

export type Measurement = {
  readonly measured: string;
  readonly expected: string;
  readonly ok: boolean;
};

export type Trap<Behaviour> = {
  readonly name: string;
  /** The tools that have it. */
  readonly who: string;
  /** What holds here instead. */
  readonly claim: string;
  /** Our behaviour, on this device. */
  readonly ours: (device: Device) => Behaviour;
  readonly measure: (behaviour: Behaviour) => Measurement | Promise<Measurement>;
};

export type Finding = Measurement & { readonly name: string; readonly who: string; readonly claim: string };

/** A trap with its behaviour closed in. */
export type Check = {
  readonly name: string;
  readonly who: string;
  readonly claim: string;
  readonly run: (device: Device) => Promise<Finding>;
};

export const checkOf = <Behaviour>({ name, who, claim, ours, measure }: Trap<Behaviour>): Check => ({
  name,
  who,
  claim,
  run: async (device) => ({ name, who, claim, ...(await measure(ours(device))) }),
});

/** A number short enough to read, with a true minus sign: `0.00245`, `1.2e−9`. */
export const short = (value: number, digits = 3): string => String(Number(value.toPrecision(digits))).replaceAll('-', '−');

/** |found − wanted| relative to the larger of the two. */
export const relativeError = (found: number, wanted: number): number => (found === wanted ? 0 : Math.abs(found - wanted) / Math.max(Math.abs(found), Math.abs(wanted)));
