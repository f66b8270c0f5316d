/** How much of something is done, by the browser’s own element, which needs no style attribute. */
import styles from './ProgressBar.module.css';

type ProgressBarProps = { readonly label: string; readonly done: number; readonly total: number };

export function ProgressBar({ label, done, total }: ProgressBarProps) {
  return <progress className={styles.bar} aria-label={label} max={Math.max(1, total)} value={Math.min(done, total)} />;
}
