/** The shape of a pin: each kind differs in form as well as in colour. */
import type { PinKind } from './marks.ts';

const SHAPES: Readonly<Record<PinKind, string>> = {
  low: 'M3 5h10L8 13Z',
  question: 'M8 1.6a6.4 6.4 0 1 0 0 12.8A6.4 6.4 0 0 0 8 1.6Zm0 10.9a1 1 0 1 1 0-2 1 1 0 0 1 0 2Zm.9-3.6H7.2c0-2 1.7-2 1.7-3.2 0-.6-.4-.9-.9-.9-.6 0-1 .4-1 1.1H5.2c0-1.7 1.2-2.7 2.8-2.7s2.7.9 2.7 2.4c0 1.9-1.8 2-1.8 3.3Z',
  idea: 'M8 .8 10 6l5.2 2L10 10 8 15.2 6 10 .8 8 6 6Z',
  warning: 'M8 1.5 15.2 14H.8ZM7.2 6l.2 4h1.2l.2-4Zm.8 4.9a.9.9 0 1 0 0 1.8.9.9 0 0 0 0-1.8Z',
  note: 'M2.5 2.5h11v8L10 13.5H2.5ZM5 5.3v1.2h6V5.3ZM5 8.3v1.2h4V8.3Z',
};

export function PinShape({ kind }: { readonly kind: PinKind }) {
  return (
    <svg viewBox="0 0 16 16" width={14} height={14} aria-hidden="true">
      <path d={SHAPES[kind]} fill="currentColor" fillRule="evenodd" />
    </svg>
  );
}
