/** The device's memory in a page, so that a test can close the page and look whether it is still there. */
import { createBrowserMemory } from '#workers/browserMemory.ts';

const memory = createBrowserMemory();

declare global {
  interface Window {
    tarnMemory?: typeof memory;
  }
}

window.tarnMemory = memory;
