/** Gives the landscape what it draws: marks from the stores, and what a click, a key or a moving pointer means here. */
import { useMemo } from 'react';
import type { Look } from '#lib/session/look.ts';
import { CurveView } from '#components/landscape/CurveView.tsx';
import { LandscapeView } from '#components/landscape/LandscapeView.tsx';
import type { Tint } from '#components/landscape/heightFieldLayer.ts';
import type { Pin } from '#components/landscape/marks.ts';
import { useMedia } from '#components/useMedia.ts';
import { useStore } from '#components/useStore.ts';
import { checkpointTitle } from '#lib/session/sliceTitle.ts';
import type { SurfaceSource } from '#client/surfaceStore.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import { rangesOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import { withEnd } from '#lib/session/overlays.ts';
import { marksOf } from './marksOf.ts';
import { runMarksOf } from './runMarks.ts';
import { useRoomView, useSession } from './SessionContext.ts';
import { useReading } from './useReading.ts';
import { usePeopleOnSlice } from './usePeopleOnSlice.ts';
import type { PlacedNote } from './usePins.ts';
import { useResolvedTheme } from './useResolvedTheme.ts';
import type { GeographyOutcome } from './useTrajectory.ts';
import type { Place } from './useView.ts';

type PictureProps = {
  readonly source: SurfaceSource;
  readonly look: Look;
  readonly pins: readonly PlacedNote[];
  readonly geography: GeographyOutcome | null;
  readonly hasAccuracy: boolean;
  /** Laid over the colours, before what is read off the slice. */
  readonly tint: Tint | null;
};

export function Picture({ source, look, pins, geography, hasAccuracy, tint }: PictureProps) {
  const session = useSession();
  const view = useRoomView();
  const theme = useResolvedTheme();
  const reducedMotion = useMedia('(prefers-reduced-motion: reduce)');
  const people = usePeopleOnSlice(session, source.sliceId);
  const catalogue = useStore(session.catalogue);
  const manifest = catalogue.find(({ id }) => id === source.recipe.subject)?.manifest;
  const reading = useReading(source, look.set, view.overlays);
  // A note of a volume stands on its layer; on the next ones it is faint.
  const drawnPins = useMemo(() => [...pins.filter(({ layersAway }) => layersAway <= 1).map(pinOf), ...reading.pins], [pins, reading.pins]);
  const known = geography?.kind === 'known' ? geography.geography : null;
  const trajectory = useMemo(() => marksOf(known?.trajectory ?? []), [known]);
  const named = useMemo(() => marksOf(known?.checkpoints ?? []).toSorted((one, other) => other.distance - one.distance), [known]);
  const runs = useMemo(() => runMarksOf(known?.runs ?? []), [known]);

  const shared = {
    source,
    look,
    cursor: view.crosshair,
    onCursor: view.setCrosshair,
    onPick: (at: Place) => {
      if (view.isNoting) view.setNote({ kind: 'new', at });
      else if (view.overlays.isCutting) view.setOverlays({ ...view.overlays, section: withEnd(view.overlays.section, at) });
    },
    onHover: (at: Place | null) => session.point({ slice: source.sliceId, at: at ? [at.a, at.b] : null }),
    pins: drawnPins,
    onPin: (id: string) => {
      const read = reading.pins.find((each) => each.id === id);
      if (read) {
        view.setCrosshair({ a: read.a, b: read.b });
        view.setTab('analyse');
        return;
      }
      const pin = pins.find((each) => each.id === id);
      if (pin?.isOwn) view.setCrosshair({ a: pin.a, b: pin.b });
      view.setTab('pins');
    },
    people,
    hasAccuracy,
    camera: view.camera,
  };

  if (rangesOf(source.recipe).length === 1) return <CurveView {...shared} checkpoints={[...trajectory, ...named, ...runs.flatMap((run) => [...run.trajectory, ...run.checkpoints])]} axisLabel={axisLabel(source.recipe, 0, manifest)} tangent={reading.tangent} proof={reading.proof} barrier={reading.barrier} />;
  return (
    <LandscapeView
      {...shared}
      tint={tint ?? reading.tint}
      section={reading.section}
      trajectory={trajectory}
      checkpoints={named}
      runs={runs}
      onCamera={view.setCamera}
      theme={theme}
      reducedMotion={reducedMotion}
      axisLabels={[axisLabel(source.recipe, 0, manifest), axisLabel(source.recipe, 1, manifest)]}
    />
  );
}

const pinOf = ({ id, note, a, b, outOfPlane, isOwn, layersAway }: PlacedNote): Pin => ({
  id,
  a,
  b,
  kind: note.kind,
  text: note.text,
  author: note.byName,
  distance: isOwn ? null : outOfPlane,
  isBeside: layersAway > 0,
});

function axisLabel({ axes, cut, curve }: SliceRecipe, index: 0 | 1, manifest: SubjectManifest | undefined): string {
  if (cut) return index === 0 ? 'u' : 'v';
  if (curve) return 't along the curve';
  const name = index === 0 ? 'α' : 'β';
  const direction = axes[index]?.direction;
  if (direction?.kind === 'vector') return `${name}, ${direction.title}`;
  return direction?.kind === 'towards' ? `${name}, towards ${checkpointTitle(manifest, direction.checkpoint).toLowerCase()}` : name;
}
