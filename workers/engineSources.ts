/** Which engines a backend has, in the order in which they are tried; each is loaded when it is first wanted. */
import type { OpenBackend } from './backend.ts';
import type { EngineSource } from './chosenEvaluator.ts';
import type { Memory } from './memory.ts';
import type { Pace } from './pace.ts';

export type EngineFiles = {
  /** Where TensorFlow.js's .wasm files are: a URL path or, under Node, a folder; ends with a slash. */
  readonly wasmPath: string;
};

export function engineSources(open: OpenBackend, { wasmPath }: EngineFiles, pace: Pace, memory: Memory): readonly EngineSource[] {
  const operators: EngineSource = {
    kind: 'operators',
    open: async () => (await import('./operators/operatorsEngine.ts')).createOperatorsEngine(open, { wasmPath, pace, memory }),
  };
  return [operators];
}
