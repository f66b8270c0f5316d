/** The middle of the room: the picture of the chosen slice, what its colours mean, and what stands at the crosshair. */
import { useEffect, useMemo } from 'react';
import { isClassification, LOSS_TITLES } from '#lib/network/loss.ts';
import type { SetName } from '#lib/network/subject.ts';
import type { Look } from '#lib/session/look.ts';
import { VIEWS, type ViewName } from '#lib/session/camera.ts';
import { ColourBar } from '#components/landscape/ColourBar.tsx';
import { farthestOf } from '#components/landscape/marks.ts';
import { Key } from '#components/landscape/Key.tsx';
import { Readout } from '#components/landscape/Readout.tsx';
import { Segments } from '#components/ui/Segments.tsx';
import { Button } from '#components/ui/Button.tsx';
import { say } from '#components/words.ts';
import type { SurfaceSource } from '#client/surfaceStore.ts';
import type { LayerSource } from '#components/landscape/layerSource.ts';
import type { Measure } from '#lib/slice/measure.ts';
import { measureTitle } from '#lib/session/sliceTitle.ts';
import { FLAT, poseOf } from '#lib/slice/pose.ts';
import { rangesOf, sliceIdOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import { useStore } from '#components/useStore.ts';
import { VolumeStage } from '#components/volume/VolumeStage.tsx';
import { LayerControls } from './LayerControls.tsx';
import { BendLegend } from '#components/analyse/BendLegend.tsx';
import { MakersLegend } from '#components/lend/MakersLegend.tsx';
import { useMakers } from '#components/lend/useMakers.ts';
import { ComparePanes } from '#components/compare/ComparePanes.tsx';
import { CallForHelp, PutAway } from './CallForHelp.tsx';
import { EmptyStage } from './EmptyStage.tsx';
import { NoteCard } from './NoteCard.tsx';
import { marksOf } from './marksOf.ts';
import { runMarksOf } from './runMarks.ts';
import { useRunSigns } from './useRunSigns.ts';
import { Picture } from './Picture.tsx';
import { useRoomView, useSession } from './SessionContext.ts';
import { useMay } from './useMay.ts';
import type { PlacedNote } from './usePins.ts';
import type { Job } from './useJob.ts';
import { useGrowth } from './useSurface.ts';
import type { GeographyOutcome } from './useTrajectory.ts';
import styles from './Stage.module.css';

const VIEW_SEGMENTS = {
  '3d': { title: '3-D', icon: 'cube' },
  map: { title: 'Map', icon: 'map' },
  both: { title: 'Both', icon: 'both' },
} as const satisfies Record<ViewName, unknown>;

type StageProps = {
  readonly source: SurfaceSource | LayerSource | null;
  readonly pins: readonly PlacedNote[];
  readonly geography: GeographyOutcome | null;
  readonly job: Job | null;
};

export function Stage({ source, pins, geography, job }: StageProps) {
  const session = useSession();
  const view = useRoomView();
  const version = useGrowth(source);
  const { sliceId, slice, look, camera } = view;
  const made = useMakers(source);
  const known = geography?.kind === 'known' ? geography.geography : null;
  const runSigns = useRunSigns(slice?.recipe ?? null, useMemo(() => runMarksOf(known?.runs ?? []), [known]));

  // Others see which slice is open here even before the pointer moves.
  useEffect(() => session.point({ slice: sliceId, at: null }), [session, sliceId]);

  if (!slice || !source || sliceId === null) return <EmptyStage isLoading={slice !== null} />;

  const { sets } = source.surface;
  const set = sets.includes(look.set) ? look.set : (sets[0] ?? 'train');
  const { measure } = slice.recipe;
  // Hues say how the plane bends, so losses are left the greys.
  const isBent = view.overlays.isBendShown && rangesOf(slice.recipe).length > 1 && !measure;
  const usual = lookShown(look, set, measure);
  const shownLook = isBent ? { ...usual, colourMap: 'greys' as const } : usual;
  const isPlane = rangesOf(slice.recipe).length > 1;
  const counts = source.surface.counts(set);
  const isComparing = view.comparison.panes.length > 0 && rangesOf(slice.recipe).length < 3;
  const hasAccuracy = isClassification(slice.recipe.loss);
  const whole = 'setLayer' in source ? source.whole : null;
  const manifest = session.catalogue.getSnapshot().find(({ id }) => id === slice.recipe.subject)?.manifest;
  const farthest = known ? farthestOf(marksOf([known, ...known.runs].flatMap((run) => [...run.trajectory, ...run.checkpoints]))) : 0;
  const isMoving = whole !== null && view.pose !== null && manifest !== undefined;

  return (
    <div className={styles.stage} data-stage="" data-noting={view.isNoting} data-shape={isPlane ? 'plane' : 'line'}>
      <div className={styles.view}>
        <div className={styles.picture} data-picture={isComparing ? undefined : ''}>
          {isMoving && view.pose ? (
            <VolumeStage whole={whole} manifest={manifest} look={shownLook} geography={geography} pose={view.pose} onPose={view.setPose} hasAccuracy={hasAccuracy} />
          ) : isComparing ? (
            <ComparePanes source={source} />
          ) : (
            <Picture source={source} look={shownLook} pins={pins} geography={geography} hasAccuracy={hasAccuracy} tint={made.tint} />
          )}
        </div>
        <div className={styles.controls} data-no-picture="">
          {isPlane && !isMoving && (
            <Segments
              label="View"
              isLabelHidden
              value={camera.view}
              segments={VIEWS.map((value) => ({ value, ...VIEW_SEGMENTS[value] }))}
              onChange={(next) => view.setCamera({ ...camera, view: next })}
            />
          )}
          {isPlane && sets.length > 1 && (
            <Segments label="Samples shown" isLabelHidden value={set} segments={sets.map((value) => ({ value, title: value === 'train' ? 'Train' : 'Test' }))} onChange={(next) => view.setLook({ ...look, set: next })} />
          )}
          {'setLayer' in source && <VolumeSwitch />}
          {'setLayer' in source && !isMoving && <LayerControls source={source} />}
          {slice.recipe.cut && <MoveThisPlane recipe={slice.recipe} />}
          {!isMoving && <NoteButton />}
        </div>
        {view.isNoting && !view.note && (
          <p className={styles.mode} role="status" data-no-picture="">
            {say('note.mode')}
          </p>
        )}
        {view.overlays.isCutting && !view.isNoting && (
          <p className={styles.mode} role="status" data-no-picture="">
            {say('section.mode')}
          </p>
        )}
        {slice.isPutAway && counts.measured < counts.points ? <PutAway recipe={slice.recipe} /> : <CallForHelp key={sliceId} job={job} sliceId={sliceId} recipe={slice.recipe} placedBy={slice.by} />}
        <NoteCard />
      </div>
      {!isMoving && !isComparing && (
        <div className={styles.foot}>
          <Readout surface={source.surface} version={version} set={set} cursor={view.crosshair} hasAccuracy={hasAccuracy} />
          {isPlane && (
            <div className={styles.bar}>
              <ColourBar title={`${measure ? measureTitle(measure) : `Mean ${LOSS_TITLES[slice.recipe.loss]}`}, ${set}`} look={shownLook} range={source.surface.range(set)} isRangeGiven={measure !== undefined} onEdit={() => view.setTab('look')} />
            </div>
          )}
          {isPlane && (
            <div className={styles.key}>
              {isBent && <BendLegend />}
              {view.overlays.replay !== null && <MakersLegend makers={made.makers} />}
              <Key colourMap={shownLook.colourMap} counts={counts} hasPath={known !== null && known.trajectory.length > 1} runs={runSigns} farthest={farthest} />
            </div>
          )}
        </div>
      )}
    </div>
  );
}

/** A convexity map has one scale and one range, whatever losses are drawn with, so that two maps compare. */
function lookShown(look: Look, set: SetName, measure: Measure | undefined): Look {
  if (measure) return { ...look, set, colourScale: 'linear', heightScale: 'linear', range: 'auto' };
  return set === look.set ? look : { ...look, set };
}

/** Layers one by one, or the whole volume as a box with a plane that moves through it. */
function VolumeSwitch() {
  const { pose, setPose, setCrosshair } = useRoomView();
  return (
    <Segments
      label="Volume shown as"
      isLabelHidden
      value={pose === null ? 'layers' : 'box'}
      segments={[
        { value: 'layers', title: 'Layers', icon: 'layers' },
        { value: 'box', title: 'Box and plane', icon: 'cube' },
      ]}
      onChange={(next) => {
        // The crosshair of a layer means another point on the plane.
        setCrosshair(null);
        setPose(next === 'box' ? FLAT : null);
      }}
    />
  );
}

/** Back to the volume that this plane was placed in, where it can be moved on; nothing where that volume is not in the session. */
function MoveThisPlane({ recipe }: { readonly recipe: SliceRecipe }) {
  const session = useSession();
  const view = useRoomView();
  const slices = useStore(session.slices);
  const volumeId = sliceIdOf({ ...recipe, cut: undefined });
  if (!recipe.cut || !slices.has(volumeId)) return null;
  const pose = poseOf(recipe.cut);
  return (
    <Button
      size="small"
      icon="cube"
      onClick={() => {
        view.chooseSlice(volumeId);
        view.setPose(pose);
      }}
    >
      Move this plane
    </Button>
  );
}

function NoteButton() {
  const { isNoting, setNoting } = useRoomView();
  const { edit } = useMay();
  if (!edit) return null;
  return (
    <Button size="small" icon="note" aria-pressed={isNoting} title="Place a note (N)" onClick={() => setNoting(!isNoting)}>
      Note
    </Button>
  );
}
