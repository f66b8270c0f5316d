/**
 * Under which name evidence for this device is kept: random, made here, and of no other use. It names neither the person
 * nor the hardware; a browser that keeps nothing is a new device after each load, which only means that it is checked harder.
 */
import { ENGINE_VERSION, type DeviceSaid } from '#lib/wire/events.ts';

const KEY = 'tarn.device';
const KEPT = /^([\w-]{16,64}) (\d{1,9})$/;

export type DeviceIdentity = {
  readonly said: () => DeviceSaid;
  /** The device was lost and opened again, or another took its place: what was believed of it is not believed of this. */
  readonly lost: () => void;
};

const roll = (): string => crypto.randomUUID().replaceAll('-', '');

/** Of this browser, for as long as it keeps things. */
export function keptIdentity(): DeviceIdentity {
  const found = KEPT.exec(recall() ?? '');
  const device = found?.[1] ?? roll();
  let epoch = Number(found?.[2] ?? 0);
  keep(`${device} ${epoch}`);
  return {
    said: () => ({ device, epoch, engine: ENGINE_VERSION }),
    lost: () => keep(`${device} ${++epoch}`),
  };
}

/** Of one process, for as long as it runs. */
export function passingIdentity(): DeviceIdentity {
  const device = roll();
  let epoch = 0;
  return { said: () => ({ device, epoch, engine: ENGINE_VERSION }), lost: () => void epoch++ };
}

function recall(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function keep(text: string): void {
  try {
    localStorage.setItem(KEY, text);
  } catch {
    // This page is then a device of its own.
    return;
  }
}
