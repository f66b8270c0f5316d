/** Two to four panes beside each other: one scale, one camera, one crosshair, and the difference where it means something. */
import { useEffect, useState } from 'react';
import { attempt } from '#lib/knownError.ts';
import { sayProblems } from '#lib/parsed.ts';
import type { LossRange } from '#lib/work/surface.ts';
import type { SurfaceSource } from '#client/surfaceStore.ts';
import { formatLoss } from '#lib/session/words.ts';
import { useMedia } from '#components/useMedia.ts';
import { useStore } from '#components/useStore.ts';
import { useRoomView, useSession } from '#components/session/SessionContext.ts';
import { useGrowth } from '#components/session/useSurface.ts';
import { useShownSet } from '#components/analyse/useShownSet.ts';
import { say } from '#components/words.ts';
import type { PaneRef } from '#lib/session/comparison.ts';
import { captionOf, sharesCoordinates, warningsOf } from './comparison.ts';
import { differenceOf } from './differenceSource.ts';
import { PaneView } from './PaneView.tsx';
import styles from './ComparePanes.module.css';

/** Slow enough to see each, well below three flashes a second. */
const BLINK_MS = 900;

export function ComparePanes({ source }: { readonly source: SurfaceSource }) {
  const session = useSession();
  const { comparison, look } = useRoomView();
  const catalogue = useStore(session.catalogue);
  const version = useGrowth(source);
  const set = useShownSet(source);
  const isStill = useMedia('(prefers-reduced-motion: reduce)');
  const [turn, setTurn] = useState(0);
  const isBlinking = comparison.isBlinking && !isStill;

  useEffect(() => {
    if (!isBlinking) return undefined;
    const timer = setInterval(() => setTurn((before) => 1 - before), BLINK_MS);
    return () => clearInterval(timer);
  }, [isBlinking]);

  const refs: readonly PaneRef[] = [{ sliceId: source.sliceId, set }, ...comparison.panes];
  const panes = refs.flatMap((ref) => {
    const found = ref.sliceId === source.sliceId ? source : session.surfaces.of(ref.sliceId);
    const manifest = found && catalogue.find(({ id }) => id === found.recipe.subject)?.manifest;
    return found && found.surface.sets.includes(ref.set) ? [{ ...ref, source: found, manifest: manifest ?? undefined }] : [];
  });
  const [first, second] = panes;
  if (!first) return null;
  const ranges = panes.flatMap(({ source: { surface }, set: which }) => surface.range(which) ?? []);
  const union: LossRange | null = ranges.length === 0 ? null : { min: Math.min(...ranges.map(({ min }) => min)), max: Math.max(...ranges.map(({ max }) => max)) };
  const missing = refs.length - panes.length;
  const warnings = [...(missing > 0 ? [say('compare.missing', { n: missing })] : []), ...warningsOf(panes.map(({ source: { recipe }, set: which }) => ({ recipe, set: which })))];
  return (
    <div className={styles.compare}>
      {warnings.length > 0 && (
        <div className={styles.warnings} role="note">
          {warnings.map((warning) => (
            <p key={warning}>{warning}</p>
          ))}
        </div>
      )}
      <div className={styles.panes} data-count={panes.length + Number(comparison.hasDifference)} data-blinking={isBlinking ? '' : undefined}>
        {panes.map(({ source: shown, set: which, manifest }, index) => (
          <PaneView
            key={`${shown.sliceId} ${which}`}
            title={`${'ABCD'.charAt(index)}.`}
            caption={captionOf(shown.recipe, which, manifest)}
            source={shown}
            recipe={shown.recipe}
            look={{ ...look, set: which }}
            range={comparison.isScaleLocked && look.range === 'auto' ? union : look.range === 'auto' ? shown.surface.range(which) : look.range}
            isFront={!isBlinking || index > 1 || index === turn}
          />
        ))}
        {comparison.hasDifference && second && <DifferencePane key={version} first={first} second={second} />}
      </div>
    </div>
  );
}

type Shown = { readonly source: SurfaceSource; readonly set: PaneRef['set'] };

function DifferencePane({ first, second }: { readonly first: Shown; readonly second: Shown }) {
  const { look } = useRoomView();
  const [made] = useState(() =>
    sharesCoordinates(first.source.recipe, second.source.recipe)
      ? attempt(() => differenceOf(first.source.surface, first.set, second.source.surface, second.set))
      : ({ ok: false, problems: [{ path: '', message: say('compare.apart') }] } as const),
  );
  if (!made.ok) return <p className={styles.none}>{sayProblems(made.problems)}</p>;
  const { source, range, mean, largest } = made.value;
  if (!range) return <p className={styles.none}>{say('compare.same')}</p>;
  return (
    <PaneView
      title="A − B."
      caption={say('compare.difference', { mean: formatLoss(mean), largest: formatLoss(largest) })}
      source={source}
      recipe={first.source.recipe}
      look={{ ...look, set: first.set, colourMap: 'balance', colourScale: 'linear', heightScale: 'linear' }}
      range={range}
      barTitle="A − B, pale where equal"
    />
  );
}
