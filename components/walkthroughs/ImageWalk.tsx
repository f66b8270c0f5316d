'use client';
/** An image kept to rank k: what it looks like, what is lost against what the singular values say, and what it takes to store. */
import { Matrix } from 'ml-matrix';
import { useMemo, useState } from 'react';
import { directSvd } from '#lib/analysis/directSvd.ts';
import { rankErrors } from '#lib/analysis/rankErrors.ts';
import { rankApproximation, svdWalk } from '#lib/analysis/svdWalk.ts';
import { MiniChart, type XY } from '#components/analyse/MiniChart.tsx';
import { ProblemText } from '#components/ui/Field.tsx';
import { Segments } from '#components/ui/Segments.tsx';
import { say } from '#components/words.ts';
import { GreyPicture } from './GreyPicture.tsx';
import { tinyNumber } from './MatrixTable.tsx';
import { drawnImage, imageOfFile } from './images.ts';
import reading from '#components/ui/Reading.module.css';
import styles from './Walkthroughs.module.css';

type Rows = readonly (readonly number[])[];
type Source = 'landscape' | 'drawn' | 'own';

/** Singular values below this share of the largest are off by more than 1 % when AᵀA is formed in float32. */
const FLOAT32_GRAM_FLOOR = 3.3e-4;

export function ImageWalk({ landscape }: { readonly landscape: Rows }) {
  const [source, setSource] = useState<Source>('drawn');
  const [own, setOwn] = useState<Rows | null>(null);
  const [problem, setProblem] = useState<string>();
  const rows = source === 'landscape' ? landscape : source === 'own' && own ? own : drawnImage();
  const take = (file: File | undefined) => {
    if (!file) return;
    setProblem(undefined);
    imageOfFile(file).then(
      (read) => {
        setOwn(read);
        setSource('own');
      },
      () => setProblem(say('walk.image.unreadable', { file: file.name })),
    );
  };
  return (
    <div className={reading.stack}>
      <section className={`${reading.framed} ${styles.step}`} aria-labelledby="image-title">
        <h2 id="image-title">Which image</h2>
        <Segments
          label="Image"
          isLabelHidden
          value={source}
          segments={[{ value: 'drawn', title: 'Drawn' }, { value: 'landscape', title: 'A loss landscape' }, ...(own ? [{ value: 'own' as const, title: 'Yours' }] : [])]}
          onChange={setSource}
        />
        <label className={styles.file}>
          <span>{say('walk.image.own')}</span>
          <input type="file" accept="image/*" onChange={(event) => take(event.target.files?.[0])} />
        </label>
        <ProblemText text={problem} />
      </section>
      <Ranks key={source} rows={rows} />
    </div>
  );
}

function Ranks({ rows }: { readonly rows: Rows }) {
  const walk = useMemo(() => svdWalk(rows), [rows]);
  const direct = useMemo(() => directSvd(new Matrix(rows.map((row) => [...row]))), [rows]);
  const { matrix } = walk;
  const errors = useMemo(() => rankErrors(direct.singularValues, matrix.rows, matrix.columns), [direct, matrix]);
  const measured = useMemo(() => errors.map(({ rank }): XY => [rank, Matrix.sub(matrix, rankApproximation(direct, rank)).norm('frobenius')]), [direct, errors, matrix]);
  const [rank, setRank] = useState(Math.min(8, errors.length));
  const kept = rankApproximation(direct, rank);
  const left = Matrix.sub(matrix, kept);
  const spectral = useMemo(() => directSvd(left).singularValues[0] ?? 0, [left]);
  const now = errors[rank - 1]!;
  const whole = matrix.rows * matrix.columns;
  const largest = direct.singularValues[0]!;
  const lost = direct.singularValues.filter((value) => value < FLOAT32_GRAM_FLOOR * largest).length;
  return (
    <>
      <section className={`${reading.framed} ${styles.step}`} aria-labelledby="rank-title">
        <h2 id="rank-title">
          Rank {rank} of {errors.length}
        </h2>
        <label className={reading.slider}>
          <span>k, the number of products σuvᵀ that are kept</span>
          <input type="range" min={1} max={errors.length} value={rank} onChange={(event) => setRank(Number(event.target.value))} />
        </label>
        <div className={styles.pictures}>
          <GreyPicture title="The image" matrix={matrix} like={matrix} />
          <GreyPicture title={`Rank ${rank}`} matrix={kept} like={matrix} />
          <GreyPicture title="What is left" matrix={left} like={null} />
        </div>
        <dl className={reading.facts}>
          <dt>‖A − A<sub>k</sub>‖ (Frobenius), measured</dt>
          <dd data-walk="frobenius">{left.norm('frobenius').toPrecision(7)}</dd>
          <dt>√Σσᵢ² over i &gt; k</dt>
          <dd>{now.frobenius.toPrecision(7)}</dd>
          <dt>‖A − A<sub>k</sub>‖₂, measured</dt>
          <dd>{spectral.toPrecision(7)}</dd>
          <dt>σ number k + 1</dt>
          <dd>{now.spectral.toPrecision(7)}</dd>
          <dt>Lost, as a share of ‖A‖</dt>
          <dd>{(100 * now.relative).toPrecision(3)} %</dd>
          <dt>Numbers stored</dt>
          <dd>
            {now.stored.toLocaleString('en-GB')} of {whole.toLocaleString('en-GB')} ({Math.round((100 * now.stored) / whole)} %)
          </dd>
        </dl>
        {now.stored >= whole && <p className={reading.soft}>{say('walk.image.storage')}</p>}
      </section>
      <section className={`${reading.framed} ${styles.step}`} aria-labelledby="error-title">
        <h2 id="error-title">Error against rank</h2>
        <MiniChart
          label={`Error against rank from 1 to ${errors.length}: measured points on the line that the singular values give.`}
          xTitle="rank k"
          yTitle="error"
          isLog
          marker={rank}
          series={[
            { title: 'Frobenius, by formula', drawn: 'line', look: 'first', points: errors.map(({ rank: at, frobenius }): XY => [at, frobenius]).filter(([, value]) => value > 1e-9 * largest) },
            { title: 'Frobenius, measured', drawn: 'dots', look: 'first', points: measured.filter(([, value]) => value > 1e-9 * largest) },
            { title: '2-norm, by formula', drawn: 'line', look: 'second', points: errors.map(({ rank: at, spectral: value }): XY => [at, value]).filter(([, value]) => value > 1e-9 * largest) },
          ]}
        />
        <p className={reading.soft}>{say('walk.image.difference', { values: tinyNumber(walk.difference) })}</p>
        {walk.doubtfulFrom !== null && <p className={reading.warning}>{say('walk.doubtful', { from: walk.doubtfulFrom + 1 })}</p>}
        <p className={reading.warning}>{say('walk.float32', { lost, total: errors.length })}</p>
      </section>
    </>
  );
}
