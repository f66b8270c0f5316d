/**
 * WebGPU in Node, from Dawn's bindings: whether there is an adapter, and `navigator.gpu` as in a browser.
 *
 * The bindings are an optional package. They are asked in a process of their own first: a driver that is missing or
 * broken prints and may crash, and neither should reach whoever lends.
 */
import { spawn } from 'node:child_process';
import { parsed, refused, type Parsed } from '#lib/parsed.ts';

const PROBE_MS = 20_000;

const PROBE = `
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  const adapter = await create([]).requestAdapter({ powerPreference: 'high-performance' });
  console.log(JSON.stringify(adapter ? [adapter.info.vendor, adapter.info.architecture, adapter.info.description] : null));
  process.exit(0);
`;

/** The adapter's name, or why there is none. @param folder from which the package is found */
export function probeGraphics(folder: string): Promise<Parsed<string>> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--input-type=module', '--eval', PROBE], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], timeout: PROBE_MS });
    let said = '';
    let complaint = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
    child.on('error', (error) => resolve(refused(error.message)));
    child.on('close', (code, signal) => {
      if (code === 0 && said.startsWith('[')) return resolve(parsed((JSON.parse(said) as string[]).filter((part) => part !== '').join(' ')));
      resolve(refused(reasonOf(complaint, code, signal)));
    });
  });
}

function reasonOf(complaint: string, code: number | null, signal: NodeJS.Signals | null): string {
  if (complaint.includes('ERR_MODULE_NOT_FOUND') || complaint.includes('dawn.node')) return 'the optional package webgpu has no build for this machine';
  const vulkan = /Couldn't load Vulkan: [^\n]+/.exec(complaint)?.[0];
  if (vulkan !== undefined) return `there is no Vulkan driver (${vulkan})`;
  if (signal !== null) return `the graphics driver did not answer (${signal})`;
  return code === 0 ? 'there is no graphics device' : `the graphics driver failed (${code})`;
}

/** Makes this thread look like a browser's: TensorFlow.js and our own engines read `navigator.gpu` and the constants. */
export async function provideGraphics(): Promise<void> {
  const { create, globals } = await import('webgpu');
  Object.assign(globalThis, globals);
  const gpu = create([]);
  // Node 20 has no navigator at all; later ones have one that cannot be replaced.
  if (globalThis.navigator === undefined) Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  else Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
}
