/** What the hues of the bend mean: beside the picture, so that nobody reads a bowl in the slice as a bowl. */
import { say } from '#components/words.ts';
import styles from './Analyse.module.css';
import { BEND_COLOURS } from './bendTint.ts';

export function BendLegend() {
  return (
    <ul className={styles.inline}>
      {(['bowl', 'saddle', 'dome'] as const).map((bend) => (
        <li key={bend}>
          <svg viewBox="0 0 12 12" aria-hidden="true">
            <rect width={12} height={12} rx={3} fill={`rgb(${BEND_COLOURS[bend].join(' ')})`} />
          </svg>
          {bend}
        </li>
      ))}
      <li>{say('bend.inSlice')}</li>
    </ul>
  );
}
