/** Chooses what stands beside the open slice, and how they are compared. */
import { useMemo } from 'react';
import { useRoomView, useSession } from '#components/session/SessionContext.ts';
import { Button } from '#components/ui/Button.tsx';
import { Toggle } from '#components/ui/Toggle.tsx';
import { useMedia } from '#components/useMedia.ts';
import { useStore } from '#components/useStore.ts';
import { rangesOf } from '#lib/slice/recipe.ts';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import type { SliceCardProps } from '#components/analyse/card.ts';
import { useShownSet } from '#components/analyse/useShownSet.ts';
import { isSamePane, MOST_PANES, NO_COMPARISON, type Comparison, type PaneRef } from '#lib/session/comparison.ts';
import { captionOf } from './comparison.ts';
import { FamilyButtons } from './FamilyButtons.tsx';

export function CompareCard({ sliceId, recipe, source }: SliceCardProps) {
  const session = useSession();
  const { comparison, setComparison } = useRoomView();
  const slices = useStore(session.slices);
  const catalogue = useStore(session.catalogue);
  const isStill = useMedia('(prefers-reduced-motion: reduce)');
  const set = useShownSet(source);
  const dimensions = rangesOf(recipe).length;
  const offered = useMemo(
    () =>
      [...slices]
        .filter(([, record]) => !record.isPutAway && !record.recipe.measure && rangesOf(record.recipe).length === dimensions)
        .flatMap(([id, { recipe: other }]) => other.samples.map(({ set: which }) => ({ sliceId: id, set: which, recipe: other })))
        .filter((ref) => !isSamePane(ref, { sliceId, set })),
    [slices, dimensions, sliceId, set],
  );
  const change = (part: Partial<Comparison>) => setComparison({ ...comparison, ...part });
  const isOn = (ref: PaneRef) => comparison.panes.some((each) => isSamePane(each, ref));
  const toggle = ({ sliceId: id, set: which }: PaneRef, on: boolean) =>
    change({ panes: on ? [...comparison.panes, { sliceId: id, set: which }] : comparison.panes.filter((each) => !isSamePane(each, { sliceId: id, set: which })) });
  return (
    <>
      {offered.length === 0 && <p className={panel.soft}>{say('compare.alone')}</p>}
      <ul className={panel.list}>
        {offered.map((ref) => {
          const manifest = catalogue.find(({ id }) => id === ref.recipe.subject)?.manifest;
          return (
            <li key={`${ref.sliceId} ${ref.set}`}>
              <Toggle kind="checkbox" label={captionOf(ref.recipe, ref.set, manifest)} isOn={isOn(ref)} disabled={!isOn(ref) && comparison.panes.length >= MOST_PANES} onChange={(on) => toggle(ref, on)} />
            </li>
          );
        })}
      </ul>
      <div className={panel.row}>
        <FamilyButtons recipe={recipe} />
      </div>
      {comparison.panes.length > 0 && (
        <>
          <Toggle label="One scale for all" isOn={comparison.isScaleLocked} onChange={(isScaleLocked) => change({ isScaleLocked })} />
          <Toggle label="One camera for all" isOn={comparison.isCameraLocked} onChange={(isCameraLocked) => change({ isCameraLocked })} />
          <Toggle label="Difference, this slice less the first" isOn={comparison.hasDifference} onChange={(hasDifference) => change({ hasDifference })} />
          <Toggle label="Blink between the two" isOn={comparison.isBlinking} disabled={isStill} hint={isStill ? say('compare.still') : undefined} onChange={(isBlinking) => change({ isBlinking })} />
          <div className={panel.row}>
            <Button size="small" onClick={() => setComparison(NO_COMPARISON)}>
              End the comparison (V)
            </Button>
          </div>
        </>
      )}
    </>
  );
}
