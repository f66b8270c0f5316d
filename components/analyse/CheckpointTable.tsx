/** The checkpoints of a slice as a table that sorts by any of its columns. */
import { useState } from 'react';
import { say } from '#components/words.ts';
import { sorted, type CheckpointRow, type columnsFor, type Order } from './checkpointRows.ts';
import styles from './Analyse.module.css';

type CheckpointTableProps = { readonly rows: readonly CheckpointRow[]; readonly columns: ReturnType<typeof columnsFor> };

export function CheckpointTable({ rows, columns }: CheckpointTableProps) {
  const [order, setOrder] = useState<Order | null>(null);
  const shown = order === null ? rows : sorted(rows, order);
  return (
    <div className={styles.wide} tabIndex={0} role="region" aria-label={say('checkpoints.table')}>
      <table className={styles.table}>
        <thead>
          <tr>
            {columns.map(({ key, title }) => {
              const isSorted = order?.key === key;
              return (
                <th key={key} scope="col" aria-sort={isSorted ? (order.isRising ? 'ascending' : 'descending') : 'none'}>
                  <button type="button" className={styles.sort} onClick={() => setOrder({ key, isRising: !isSorted || !order.isRising })}>
                    {title}
                    <span aria-hidden="true">{isSorted ? (order.isRising ? ' ↑' : ' ↓') : ''}</span>
                  </button>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={`${row.of ?? ''} ${row.id}`}>
              {columns.map(({ key, textOf }) =>
                key === 'title' ? (
                  <th key={key} scope="row">
                    {textOf(row)}
                  </th>
                ) : (
                  <td key={key}>{textOf(row)}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
