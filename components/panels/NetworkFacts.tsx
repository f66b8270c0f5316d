/** A network in two lines: what it is, how large, and what it is measured on. */
import type { SubjectManifest } from '#lib/network/subject.ts';
import { networkFacts } from '#lib/session/sliceTitle.ts';
import styles from './Panel.module.css';

export function NetworkFacts({ manifest }: { readonly manifest: SubjectManifest }) {
  return (
    <>
      {manifest.summary}
      <span className={styles.under}>{networkFacts(manifest)}</span>
    </>
  );
}
