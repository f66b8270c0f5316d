/** The middle of single-head attention: softmax(q kᵀ / √width) v, positions in float64 sums (Vaswani et al. 2017). */

/** The field order is that of `attentionLayer` in workers/wasm/descriptors.ts. Rows of queries, keys, values and the output are positions. */
@unmanaged
class Attention {
  queries: usize;
  keys: usize;
  values: usize;
  output: usize;
  /** Doubles, one per position. */
  scores: usize;
  positions: i32;
  width: i32;
  valueWidth: i32;
  /** Bytes from one position to the next. */
  queryRow: i32;
  valueRow: i32;
  isCausal: i32;
}

export function attention(at: usize, count: i32): void {
  const layer = changetype<Attention>(at);
  const positions = layer.positions;
  const scale = 1 / sqrt<f64>(layer.width as f64);
  for (let sample = 0; sample < count; sample++) {
    const keys = layer.keys + sample * positions * layer.queryRow;
    const values = layer.values + sample * positions * layer.valueRow;
    for (let row = 0; row < positions; row++) {
      const query = layer.queries + (sample * positions + row) * layer.queryRow;
      const end = layer.isCausal ? row + 1 : positions;
      softmax(layer, query, keys, end, scale);
      const output = layer.output + (sample * positions + row) * layer.valueRow;
      for (let feature: usize = 0; feature < (layer.valueWidth as usize) << 2; feature += 4) {
        let sum: f64 = 0;
        for (let other = 0; other < end; other++) {
          sum += load<f64>(layer.scores + (other << 3)) * load<f32>(values + other * layer.valueRow + feature);
        }
        store<f32>(output + feature, sum as f32);
      }
    }
  }
}

function softmax(layer: Attention, query: usize, keys: usize, end: i32, scale: f64): void {
  let most = -Infinity as f64;
  for (let other = 0; other < end; other++) {
    let score: f64 = 0;
    const key = keys + other * layer.queryRow;
    for (let at: usize = 0; at < (layer.width as usize) << 2; at += 4) score += (load<f32>(query + at) as f64) * load<f32>(key + at);
    store<f64>(layer.scores + (other << 3), score);
    most = max(most, score);
  }
  let sum: f64 = 0;
  for (let other = 0; other < end; other++) {
    const at = layer.scores + (other << 3);
    const weight = NativeMath.exp((load<f64>(at) - most) * scale);
    store<f64>(at, weight);
    sum += weight;
  }
  for (let other = 0; other < end; other++) {
    const at = layer.scores + (other << 3);
    store<f64>(at, load<f64>(at) / sum);
  }
}
