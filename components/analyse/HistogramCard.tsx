/** The weights of two checkpoints, or of two networks, over the same bins. */
import { useEffect, useMemo, useState } from 'react';
import { weightHistograms, type Moments } from '#lib/analysis/weightHistogram.ts';
import { layoutOf } from '#lib/network/layout.ts';
import type { Layout } from '#lib/network/layout.ts';
import type { SubjectWeights } from '#lib/network/subject.ts';
import { formatCount, formatLoss } from '#lib/session/words.ts';
import { useSession } from '#components/session/SessionContext.ts';
import { Select } from '#components/ui/Select.tsx';
import { Toggle } from '#components/ui/Toggle.tsx';
import { useStore } from '#components/useStore.ts';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import type { SliceCardProps } from './card.ts';
import { MiniChart, type Series } from './MiniChart.tsx';

const BINS = 41;
const LOOKS = ['first', 'second'] as const;

export function HistogramCard({ recipe, manifest }: SliceCardProps) {
  const session = useSession();
  const subjects = useStore(session.subjects);
  const catalogue = useStore(session.catalogue);
  const options = catalogue.flatMap(({ id, manifest: each }) => each.checkpoints.map((checkpoint) => ({ value: `${id} ${checkpoint.id}`, title: `${each.title}, ${checkpoint.title}` })));
  const other = manifest.checkpoints.find(({ id }) => id !== recipe.centre)?.id ?? recipe.centre;
  const [chosen, setChosen] = useState([`${recipe.subject} ${recipe.centre}`, `${recipe.subject} ${other}`]);
  const [isLog, setLog] = useState(true);
  const wanted = chosen.map((each) => each.split(' ') as [string, string]);
  const missing = wanted.find(([subject]) => !subjects.some(({ id }) => id === subject))?.[0];

  useEffect(() => {
    // A failure is told by the session.
    if (missing !== undefined) session.loadWeights(missing).catch(() => {});
  }, [session, missing]);

  const found = wanted.flatMap(([id, checkpoint]) => {
    const subject = subjects.find((each) => each.id === id);
    return subject ? [weightsOf(subject, checkpoint)] : [];
  });
  return (
    <>
      {LOOKS.map((look, index) => (
        <Select key={look} label={index === 0 ? 'First' : 'Second'} value={chosen[index]!} options={options} onChange={(value) => setChosen(chosen.with(index, value))} />
      ))}
      {found.length < 2 ? <p className={panel.soft}>{say('weights.loading')}</p> : <Histograms key={chosen.join()} weights={found} titles={chosen.map((value) => options.find((each) => each.value === value)?.title ?? '')} isLog={isLog} />}
      <Toggle label="Logarithmic counts" isOn={isLog} onChange={setLog} />
      <p className={`${panel.small} ${panel.soft}`}>{say('weights.what')}</p>
    </>
  );
}

/** Weights that slices move under the usual policy: tensors of two or more axes; all where a network has none. */
function weightsOf({ manifest, checkpoints }: SubjectWeights, checkpoint: string): Float32Array {
  const layout = layoutOf(manifest.network);
  const all = checkpoints[manifest.checkpoints.findIndex(({ id }) => id === checkpoint)]!;
  const parts = layout.tensors.filter(({ filters }) => filters > 0).map(({ offset, size }) => all.subarray(offset, offset + size));
  const out = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let to = 0;
  for (const part of parts) {
    out.set(part, to);
    to += part.length;
  }
  return out;
}

/** One tensor that is as long as a vector: two networks of different shapes are counted over the same bins. */
const flat = (size: number): Layout => ({ tensors: [{ name: 'weights', shape: [size], offset: 0, size, filters: 0 }], size, buffers: [], bufferSize: 0 });

function Histograms({ weights, titles, isLog }: { readonly weights: readonly Float32Array[]; readonly titles: readonly string[]; readonly isLog: boolean }) {
  const { edges, networks } = useMemo(() => weightHistograms(weights, flat(Math.max(...weights.map(({ length }) => length))), BINS), [weights]);
  const series = networks.map(
    ({ counts }, index): Series => ({
      title: titles[index] ?? '',
      // Steps, as bins are.
      points: counts.flatMap((count, bin) => [[edges[bin]!, isLog ? Math.max(count, 0.5) : count], [edges[bin + 1]!, isLog ? Math.max(count, 0.5) : count]] as const),
      look: LOOKS[index]!,
      drawn: 'line',
    }),
  );
  return (
    <>
      <MiniChart label="How many weights are how large, for both, over the same bins." series={series} xTitle="weight" yTitle={isLog ? 'count (log)' : 'count'} isLog={isLog} />
      {networks.map(({ moments }, index) => (
        <p key={titles[index]} className={panel.small}>
          <strong>{titles[index]}</strong>: {momentWords(moments)}
        </p>
      ))}
    </>
  );
}

const momentWords = ({ count, norm, mean, deviation, excessKurtosis }: Moments): string =>
  `‖w‖ ${formatLoss(norm)}, ${formatCount(count)} weights, mean ${formatLoss(mean)}, deviation ${formatLoss(deviation)}, excess kurtosis ${formatLoss(excessKurtosis)}`;
