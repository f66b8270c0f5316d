/** What computes, in words for the screen: what a person can wish for, and why it is what it is. */
import type { BackendReport, BackendWish, DeviceNotice } from '#lib/wire/workerMessages.ts';
import { say } from './words.ts';

export const WISH_TITLES: Readonly<Record<BackendWish, string>> = {
  auto: 'Choose for me',
  webgpu: 'WebGPU',
  wasm: 'WASM (processor, SIMD)',
  cpu: 'Plain JavaScript',
};

/** Why this backend: what its report says beyond its name, with a capital letter; null where it says nothing more. */
export function reasonOf({ title, why }: Pick<BackendReport, 'title' | 'why'>): string | null {
  const rest = (why.startsWith(title) ? why.slice(title.length) : why).replace(/^[\s,:;–—-]+/, '');
  return rest === '' ? null : rest.charAt(0).toUpperCase() + rest.slice(1);
}

export const noticeWords = (notice: DeviceNotice): string => (notice.kind === 'reset' ? say('gpu.lost', { s: notice.seconds }) : say('gpu.lost.again'));
