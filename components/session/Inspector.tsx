/** The panels to the right; on a small screen a sheet from below that also holds the slices. */
import { useState } from 'react';
import type { SurfaceSource } from '#client/surfaceStore.ts';
import type { LossRange } from '#lib/work/surface.ts';
import { AnalysePanel } from '#components/analyse/AnalysePanel.tsx';
import { ComputePanel } from '#components/panels/ComputePanel.tsx';
import { LookPanel } from '#components/panels/LookPanel.tsx';
import { PinsPanel } from '#components/panels/PinsPanel.tsx';
import { PlaceSlice } from '#components/panels/PlaceSlice.tsx';
import { SlicePanel } from '#components/panels/SlicePanel.tsx';
import { Button } from '#components/ui/Button.tsx';
import { Tabs, type TabItem } from '#components/ui/Tabs.tsx';
import { useStore } from '#components/useStore.ts';
import { useRoomView, useSession } from './SessionContext.ts';
import { SliceList } from './SliceList.tsx';
import { useOffPath } from './useOffPath.ts';
import type { Job } from './useJob.ts';
import type { PlacedNote } from './usePins.ts';
import type { GeographyOutcome } from './useTrajectory.ts';
import type { TabName } from './useView.ts';
import styles from './Room.module.css';

type InspectorProps = {
  readonly isNarrow: boolean;
  readonly source: SurfaceSource | null;
  readonly pins: readonly PlacedNote[];
  readonly geography: GeographyOutcome | null;
  readonly job: Job | null;
  readonly measured: LossRange | null;
};

export function Inspector({ isNarrow, source, pins, geography, job, measured }: InspectorProps) {
  const session = useSession();
  const view = useRoomView();
  const [isUp, setUp] = useState(false);
  const { sliceId } = view;
  const underWay = useStore(session.analyses.views).filter(({ status }) => status !== 'done').length;
  // Asked anew with every twentieth of the picture: a helper with another backend may have come.
  const step = job ? Math.floor((20 * job.measured) / Math.max(1, job.points)) : 0;
  const backends = useOffPath(sliceId ?? '', sliceId === null ? null : `${sliceId} ${step}`, () => session.backendsOf(sliceId ?? '')) ?? [];
  const tab: TabName = !isNarrow && view.tab === 'slices' ? 'slice' : isNarrow && view.isPlacing ? 'slices' : view.tab;
  const isOpen = isUp || (isNarrow && view.isPlacing);

  const items: readonly TabItem<TabName>[] = [
    ...(isNarrow ? [{ id: 'slices', title: 'Slices' } as const] : []),
    { id: 'slice', title: 'Slice' },
    { id: 'analyse', title: 'Analyse', count: underWay },
    { id: 'look', title: 'Look' },
    { id: 'pins', title: 'Pins', count: pins.length },
    { id: 'compute', title: 'Compute' },
  ];

  return (
    <aside className={styles.right} data-open={isOpen} aria-label="Panels">
      <Tabs
        label="Panels"
        items={items}
        chosen={tab}
        onChoose={(next) => {
          if (view.isPlacing && next !== 'slices' && isNarrow) view.setPlacing(false);
          view.setTab(next);
          setUp(true);
        }}
      >
        {tab === 'slices' && (view.isPlacing ? <PlaceSlice /> : <SliceList />)}
        {tab === 'slice' && <SlicePanel source={source} geography={geography} job={job} backends={backends} />}
        {tab === 'analyse' && <AnalysePanel source={source} geography={geography} />}
        {tab === 'look' && <LookPanel measured={measured} />}
        {tab === 'pins' && <PinsPanel pins={pins} />}
        {tab === 'compute' && <ComputePanel />}
      </Tabs>
      <Button
        tone="quiet"
        icon="chevron"
        className={styles.grip}
        label={isOpen ? 'Fold the panels' : 'Unfold the panels'}
        aria-expanded={isOpen}
        onClick={() => {
          if (isOpen) view.setPlacing(false);
          setUp(!isOpen);
        }}
      />
    </aside>
  );
}
