/**
 * The evaluator against what it is judged by, with targets beside: a PyTorch loop, plain TensorFlow.js, a second worker, float64.
 *
 * What is compared takes turns within one run, and medians are printed. WASM runs in threads of Node, WebGPU in a browser, on
 * whatever adapter it has. It opens engines and prints; evaluateWasm.ts and evaluateWebGpu.ts measure.
 */
import { availableParallelism, cpus } from 'node:os';
import { evaluateWasm } from './evaluateWasm.ts';
import { evaluateWebGpu } from './evaluateWebGpu.ts';
import { print, verdictOf } from './figures.ts';
import { findTorch } from './torch.ts';

export async function benchEvaluate({ json }: { readonly json: boolean }): Promise<void> {
  const python = findTorch();
  const notes: string[] = [`${availableParallelism()} cores of ${cpus()[0]?.model ?? 'a processor'}, Node ${process.versions.node}`];
  if (python === null) notes.push('PyTorch is absent: no python3 here has torch, so what is measured against it is left out');
  const say = (note: string) => {
    notes.push(note);
    console.error(note);
  };
  for (const note of notes) console.error(note);
  const figures = [...(await evaluateWasm(python, say)), ...(await evaluateWebGpu(say))];
  if (json) console.log(JSON.stringify({ figures: figures.map((figure) => ({ ...figure, verdict: verdictOf(figure) })), notes }, null, 1));
  else print(figures);
}
