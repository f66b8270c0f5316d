/** The room: bar above, slices to the left, picture in the middle, what there is to know and do to the right, work below. */
import { useState } from 'react';
import { Icon } from '#components/ui/Icon.tsx';
import { PlaceSlice } from '#components/panels/PlaceSlice.tsx';
import { NARROW, useMedia } from '#components/useMedia.ts';
import { useStore } from '#components/useStore.ts';
import { say } from '#components/words.ts';
import { DeviceBanner } from './DeviceBanner.tsx';
import { Inspector } from './Inspector.tsx';
import { JobStrip } from './JobStrip.tsx';
import { Notices } from './Notices.tsx';
import { PresentedCode } from './PresentedCode.tsx';
import type { Opening } from './opening.ts';
import { useRoomView, useSession } from './SessionContext.ts';
import { ShortcutsCard } from './ShortcutsCard.tsx';
import { SliceList } from './SliceList.tsx';
import { Stage } from './Stage.tsx';
import { TopBar } from './TopBar.tsx';
import { useKeyboard } from './useKeyboard.ts';
import { useJob } from './useJob.ts';
import { useLink } from './useLink.ts';
import { useMay } from './useMay.ts';
import { useOpening } from './useOpening.ts';
import { usePins } from './usePins.ts';
import { useRoomActions } from './useRoomActions.ts';
import { useShownSource } from './useShownSource.ts';
import { useSurface } from './useSurface.ts';
import { useTrajectory } from './useTrajectory.ts';
import styles from './Room.module.css';

export function Room({ opening, network }: { readonly opening: Opening | null; readonly network: string | null }) {
  const session = useSession();
  const view = useRoomView();
  const { edit, isKnown } = useMay();
  const connection = useStore(session.connection);
  const isNarrow = useMedia(NARROW);
  const [isSharing, setSharing] = useState(opening === 'class');
  const [isShowingShortcuts, setShowingShortcuts] = useState(false);
  const [isFolded, setFolded] = useState(false);
  const [isPresenting, setPresenting] = useState(false);
  const { actions, said } = useRoomActions(session, view, {
    togglePanels: () => setFolded(!isFolded),
    togglePresenting: () => setPresenting(!isPresenting),
    showShortcuts: () => setShowingShortcuts(true),
    closeAll: () => {
      setShowingShortcuts(false);
      setPresenting(false);
    },
  });

  useLink(session, view);
  useOpening(session, view, opening, network);
  const source = useShownSource(useSurface(session.surfaces, view.sliceId), view);
  const pins = usePins(session, view);
  const geography = useTrajectory(session, view);
  const job = useJob(session, source);
  const set = source?.surface.sets.includes(view.look.set) ? view.look.set : source?.surface.sets[0];
  const measured = source && set ? source.surface.range(set) : null;
  useKeyboard({ session, view, mayEdit: edit, measured, actions });
  const areaOfPanels = isPresenting ? 'none' : isFolded ? 'folded' : 'shown';

  return (
    <div className={styles.room} data-panels={areaOfPanels} data-placing={view.isPlacing}>
      {!isPresenting && (
        <TopBar isSharing={isSharing} setSharing={setSharing} onShortcuts={() => setShowingShortcuts(true)} say={said.say} undo={actions.undo} redo={actions.redo} />
      )}
      {!isPresenting && (
        <aside className={styles.banners} aria-label="What this page can do now">
          {isKnown && !edit && (
            <p className={styles.banner}>
              <Icon name="eye" /> {say('view.only')}
            </p>
          )}
          {connection.kind === 'offline' && (
            <p className={styles.banner}>
              <Icon name="offline" /> {say('net.offline')}
            </p>
          )}
          <DeviceBanner />
        </aside>
      )}
      <div className={styles.floor}>
        {!isNarrow && areaOfPanels === 'shown' && (
          // Another element for each, since a form that was scrolled would leave the newest slice, which it made, out of sight.
          <aside key={view.isPlacing ? 'form' : 'slices'} className={styles.left}>
            {view.isPlacing ? <PlaceSlice /> : <SliceList />}
          </aside>
        )}
        <main id="main" className={styles.middle} tabIndex={-1}>
          <Stage source={source} pins={pins} geography={geography} job={job} />
          {isPresenting && <PresentedCode onLeave={() => setPresenting(false)} />}
        </main>
        {areaOfPanels === 'shown' && <Inspector isNarrow={isNarrow} source={source} pins={pins} geography={geography} job={job} measured={measured} />}
      </div>
      {!isPresenting && <JobStrip job={job} />}
      <Notices said={said.message} />
      {isShowingShortcuts && <ShortcutsCard onClose={() => setShowingShortcuts(false)} />}
    </div>
  );
}
