/** How a file says that it is a state: what an unfinished unit of an analysis can be gone on with from. What is in it is for its kind (workers/analyses/keptState.ts). */
import { readMetadata } from './safetensors.ts';

/** In the metadata, with the kind of the analysis. */
export const STATE_MARK = 'tarn.kept';

/** Whether a file is a state and nothing else: a vector that calls itself one as well may be an axis of somebody's slice. */
export function isStateFile(bytes: Uint8Array): boolean {
  const metadata = readMetadata(bytes);
  return metadata.ok && metadata.value[STATE_MARK] !== undefined && metadata.value['tarn.vector'] === undefined;
}
