'use client';
/** Tells a screen reader the picture's summary and, politely and not too often, what stands at the crosshair. */
import { useEffect, useState } from 'react';
import type { SetName } from '#lib/network/subject.ts';
import { readoutSentence, readoutWords, surfaceSummary } from './readoutWords.ts';
import type { PlanePoint } from './scene.ts';
import type { SurfaceSource } from './surfaceSource.ts';
import styles from './LandscapeView.module.css';

export type SpokenStateProps = { readonly source: SurfaceSource; readonly version: number; readonly set: SetName; readonly cursor: PlanePoint | null; readonly hasAccuracy: boolean };

/** Speech waits until the crosshair rests, and until tiles have stopped pouring in. */
const REST = { cursor: 500, surface: 2000 } as const;

export function SpokenState({ source, version, set, cursor, hasAccuracy }: SpokenStateProps) {
  const [sentence, setSentence] = useState('');
  const [summary, setSummary] = useState('');
  useEffect(() => {
    if (!cursor) return undefined;
    const timer = setTimeout(() => setSentence(readoutSentence(readoutWords(source.surface, set, cursor, hasAccuracy))), REST.cursor);
    return () => clearTimeout(timer);
  }, [source, set, cursor, hasAccuracy]);
  useEffect(() => {
    const timer = setTimeout(() => setSummary(surfaceSummary(source.surface, set)), REST.surface);
    return () => clearTimeout(timer);
  }, [source, set, version]);
  return (
    <div className={styles.spoken}>
      <p role="status">{sentence}</p>
      <p>{summary}</p>
    </div>
  );
}
