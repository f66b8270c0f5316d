/** What a page in a test says of the device that it lends: one worker that may always compute. */
import type { LendFacts } from '#lib/wire/events.ts';

export const CPU: LendFacts = { title: 'CPU', workers: 1, duty: 1 };
