'use client';
/** A small matrix taken apart by way of AᵀA, every matrix on the way written out, and a library's result beside it. */
import { useState } from 'react';
import { directSvd, svdComparison } from '#lib/analysis/directSvd.ts';
import { svdWalk, type SvdWalk } from '#lib/analysis/svdWalk.ts';
import { Button } from '#components/ui/Button.tsx';
import { ProblemText } from '#components/ui/Field.tsx';
import { Select } from '#components/ui/Select.tsx';
import { say } from '#components/words.ts';
import { Matrix } from 'ml-matrix';
import { MatrixFields, MatrixTable, entryOf, shortNumber, tinyNumber } from './MatrixTable.tsx';
import reading from '#components/ui/Reading.module.css';
import styles from './Walkthroughs.module.css';

const FIRST: readonly (readonly string[])[] = [['3', '0'], ['4', '5']];
const ALMOST_SINGULAR: readonly (readonly string[])[] = [['1', '1'], ['0.000000001', '0'], ['0', '0.000000001']];
const SIZES = ['1', '2', '3', '4', '5'] as const;
type Size = (typeof SIZES)[number];

export function MatrixWalk() {
  const [entries, setEntries] = useState(FIRST);
  const numbers = entries.map((row) => row.map(entryOf));
  const isWhole = numbers.every((row) => row.every((value) => value !== null));
  const resize = (rows: number, columns: number) =>
    setEntries(Array.from({ length: rows }, (_, row) => Array.from({ length: columns }, (__, column) => entries[row]?.[column] ?? '0')));
  const options = SIZES.map((value) => ({ value, title: value }));
  return (
    <div className={reading.stack}>
      <section className={`${reading.framed} ${styles.step}`} aria-labelledby="step-a">
        <h2 id="step-a">A, your matrix</h2>
        <MatrixFields entries={entries} onChange={(row, column, text) => setEntries(entries.with(row, entries[row]!.with(column, text)))} />
        <div className={reading.buttons}>
          <Select label="Rows" value={String(entries.length) as Size} options={options} onChange={(rows) => resize(Number(rows), entries[0]!.length)} />
          <Select label="Columns" value={String(entries[0]!.length) as Size} options={options} onChange={(columns) => resize(entries.length, Number(columns))} />
          <Button onClick={() => setEntries(FIRST)}>The example</Button>
          <Button onClick={() => setEntries(ALMOST_SINGULAR)}>One that AᵀA spoils</Button>
        </div>
        <ProblemText text={isWhole ? undefined : say('walk.matrix.problem')} />
      </section>
      {isWhole && <Steps walk={svdWalk(numbers as number[][])} />}
    </div>
  );
}

function Steps({ walk }: { readonly walk: SvdWalk }) {
  const { matrix, gram, characteristic, eigenvalues, singularValues, u, v, product, residual, divided, doubtfulFrom } = walk;
  const direct = directSvd(matrix);
  const compared = svdComparison(walk, direct);
  return (
    <>
      <section className={`${reading.framed} ${styles.step}`} aria-labelledby="step-gram">
        <h2 id="step-gram">1. AᵀA</h2>
        <p>{say('walk.gram')}</p>
        <MatrixTable label="AᵀA" matrix={gram} />
      </section>
      <section className={`${reading.framed} ${styles.step}`} aria-labelledby="step-roots">
        <h2 id="step-roots">2. det(AᵀA − λI) = 0</h2>
        {characteristic && <p className={styles.formula}>{polynomial(characteristic)} = 0</p>}
        <p>
          λ = <output>{eigenvalues.map(shortNumber).join(', ')}</output>
        </p>
      </section>
      <section className={`${reading.framed} ${styles.step}`} aria-labelledby="step-values">
        <h2 id="step-values">3. σ = √λ, the columns of V, and u = Av/σ</h2>
        <p>
          σ = <output data-walk="sigma">{singularValues.map((value) => String(Number(value.toPrecision(9)))).join(', ')}</output>
        </p>
        {doubtfulFrom !== null && <p className={reading.warning}>{say('walk.doubtful', { from: doubtfulFrom + 1 })}</p>}
        <div className={styles.side}>
          <Named name="V" matrix={v} />
          <Named name="U" matrix={u} />
        </div>
        {divided < singularValues.length && <p className={reading.soft}>{say('walk.completed', { from: divided + 1 })}</p>}
      </section>
      <section className={`${reading.framed} ${styles.step}`} aria-labelledby="step-product">
        <h2 id="step-product">4. A = UΣVᵀ</h2>
        <div className={styles.side}>
          <Named name="U" matrix={u} />
          <Named name="Σ" matrix={Matrix.diag([...singularValues])} />
          <Named name="Vᵀ" matrix={v.transpose()} />
          <Named name="UΣVᵀ" matrix={product} />
        </div>
        <p className={reading.soft}>{say('walk.residual', { share: tinyNumber(residual) })}</p>
      </section>
      <section className={`${reading.framed} ${styles.step}`} aria-labelledby="step-library">
        <h2 id="step-library">5. A library, without AᵀA</h2>
        <p>{say('walk.library')}</p>
        <div className={styles.scroll} tabIndex={0} role="group" aria-label="Singular values of both ways">
          <table className={styles.table}>
            <thead>
              <tr>
                <th scope="col">i</th>
                <th scope="col">through AᵀA</th>
                <th scope="col">library</th>
                <th scope="col">difference</th>
              </tr>
            </thead>
            <tbody>
              {direct.singularValues.map((value, rank) => (
                <tr key={rank} data-doubtful={doubtfulFrom !== null && rank >= doubtfulFrom}>
                  <td>{rank + 1}</td>
                  <td>{singularValues[rank]!.toPrecision(10)}</td>
                  <td>{value.toPrecision(10)}</td>
                  <td>{tinyNumber(Math.abs(value - singularValues[rank]!))}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <div className={styles.side}>
          <Named name="V of the library, signs turned" matrix={compared.aligned.v} />
          <Named name="U of the library, signs turned" matrix={compared.aligned.u} />
        </div>
        <p className={reading.soft}>{say('walk.differences', { values: tinyNumber(compared.values), u: tinyNumber(compared.u), v: tinyNumber(compared.v) })}</p>
      </section>
    </>
  );
}

function Named({ name, matrix }: { readonly name: string; readonly matrix: Matrix }) {
  return (
    <figure className={styles.named}>
      <figcaption>{name}</figcaption>
      <MatrixTable label={name} matrix={matrix} />
    </figure>
  );
}

const POWERS = ['', 'λ', 'λ²', 'λ³', 'λ⁴', 'λ⁵', 'λ⁶'];

/** Highest power first. @param coefficients constant first */
function polynomial(coefficients: readonly number[]): string {
  const terms = coefficients
    .map((value, power) => ({ value, power }))
    .toReversed()
    .filter(({ value, power }) => value !== 0 || power === coefficients.length - 1);
  return terms
    .map(({ value, power }, at) => {
      const size = Math.abs(value);
      const number = size === 1 && power > 0 ? '' : shortNumber(size);
      const sign = at === 0 ? (value < 0 ? '−' : '') : value < 0 ? ' − ' : ' + ';
      return `${sign}${number}${POWERS[power]}`;
    })
    .join('');
}
