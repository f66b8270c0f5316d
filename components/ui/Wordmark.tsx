/** The name, with the sign: contour lines around still water. Links home. */
import styles from './Wordmark.module.css';

export function Wordmark({ isShort = false }: { readonly isShort?: boolean }) {
  return (
    <a href="/" className={styles.wordmark} {...(isShort && { 'aria-label': 'Tarn, to the first page' })}>
      <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
        <path className={styles.outer} d="M4 12c4-7 20-7 24 0s-2 15-12 15S0 19 4 12Z" />
        <path className={styles.middle} d="M8 14c3-4.500 13-4.500 16 0s-1 9.500-8 9.500S5 18.500 8 14Z" />
        <ellipse className={styles.water} cx="16" cy="17" rx="4.200" ry="3" />
      </svg>
      {!isShort && <span>Tarn</span>}
    </a>
  );
}
