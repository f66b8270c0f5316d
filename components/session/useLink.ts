/** Keeps the address and the view in step: the link is the document. Written at most once a second, never as history. */
import { useEffect, useEffectEvent, useRef } from 'react';
import type { Session } from '#client/sessionTypes.ts';
import { readLink, writeLink, type LinkState } from '#lib/session/linkState.ts';
import type { View } from './useView.ts';

const WRITE_MS = 1000;

export const linkOf = ({ look, camera, layer, pose, overlays, comparison, wanted, sliceId }: View, key: string | null): LinkState => ({
  key,
  slice: sliceId ?? wanted,
  look,
  camera,
  layer,
  pose,
  overlays,
  comparison,
});

/** The full address of a view; without the key it can only look. */
export const addressOf = (session: Session, view: View, key: string | null): string =>
  `${location.origin}/s/${session.id}${writeLink(linkOf(view, key))}`;

export function useLink(session: Session, view: View): void {
  const hash = writeLink(linkOf(view, session.key));
  const lastWrite = useRef(0);

  useEffect(() => {
    const wait = Math.max(0, lastWrite.current + WRITE_MS - performance.now());
    const timer = setTimeout(() => {
      lastWrite.current = performance.now();
      if (location.hash !== hash) history.replaceState(history.state, '', `${location.pathname}${hash}`);
    }, wait);
    return () => clearTimeout(timer);
  }, [hash]);

  const follow = useEffectEvent(() => {
    const opened = readLink(location.hash);
    // Another key is another right: the session has to be joined again.
    if (opened.link.key !== session.key) location.reload();
    else view.restore(opened);
  });

  useEffect(() => {
    const onHashChange = () => follow();
    window.addEventListener('hashchange', onHashChange);
    return () => window.removeEventListener('hashchange', onHashChange);
  }, []);
}
