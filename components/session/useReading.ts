/** What is read off the shown slice for its overlays, while they are on: low points as pins, the bend as a tint, tangent and proof of a line. */
import { useMemo } from 'react';
import type { Barrier } from '#lib/analysis/barrier.ts';
import { lowPoints } from '#lib/analysis/lowPoints.ts';
import type { NonConvexity } from '#lib/analysis/nonConvexity.ts';
import { sliceCurvature } from '#lib/analysis/sliceCurvature.ts';
import type { Tangent } from '#lib/analysis/tangent.ts';
import type { SetName } from '#lib/network/subject.ts';
import { isBetweenNetworks, rangesOf } from '#lib/slice/recipe.ts';
import { LOSS_TOLERANCE } from '#lib/work/agreement.ts';
import type { SurfaceSource } from '#client/surfaceStore.ts';
import { bendTint } from '#components/analyse/bendTint.ts';
import { readLine } from '#components/analyse/lineReading.ts';
import { finestOf, sampledOf } from '#components/analyse/measured.ts';
import type { Tint } from '#components/landscape/heightFieldLayer.ts';
import type { PlanePoint } from '#components/landscape/scene.ts';
import type { Pin } from '#components/landscape/marks.ts';
import type { Overlays } from '#lib/session/overlays.ts';
import { useGrowth } from './useSurface.ts';

export type Reading = { readonly pins: readonly Pin[]; readonly tint: Tint | null; readonly tangent: Tangent | null; readonly proof: NonConvexity | null; readonly barrier: Barrier | null; readonly section: { readonly from: PlanePoint; readonly to: PlanePoint } | null };

export function useReading(source: SurfaceSource, set: SetName, { isBendShown, lows, section, isTangentShown, isProofShown, isBarrierShown }: Overlays): Reading {
  const version = useGrowth(source);
  const { surface, recipe } = source;
  const dimensions = recipe.measure ? 0 : rangesOf(recipe).length;
  // The surface is a live object: its version says when it changed.
  const found = useMemo(() => {
    void version;
    const finest = lows === null || dimensions === 0 ? null : finestOf(surface, set);
    return finest ? lowPoints(finest, { share: lows ?? 0 }) : [];
  }, [surface, set, lows, dimensions, version]);
  const tint = useMemo(() => {
    void version;
    return isBendShown && dimensions > 1 ? bendTint(sliceCurvature(sampledOf(surface, set), LOSS_TOLERANCE)) : null;
  }, [surface, set, isBendShown, dimensions, version]);
  const line = useMemo(() => {
    void version;
    return dimensions === 1 ? readLine(surface, set) : null;
  }, [surface, set, dimensions, version]);
  const pins = useMemo(
    () => [
      ...found.map(({ coordinates: [a = 0, b = 0] }, index): Pin => ({ id: `low ${index}`, a, b, kind: 'low', text: `M${index + 1}`, author: '', distance: null })),
      ...(section ? [endPin('A', section.from), ...(section.to ? [endPin('B', section.to)] : [])] : []),
    ],
    [found, section],
  );
  const whole = useMemo(() => (section?.to ? { from: section.from, to: section.to } : null), [section]);
  const barrier = isBarrierShown && isBetweenNetworks(recipe) && line?.isComplete && line.barrier.kind === 'known' ? line.barrier.barrier : null;
  return { pins, tint, section: whole, tangent: isTangentShown ? (line?.tangent ?? null) : null, proof: isProofShown ? (line?.proof ?? null) : null, barrier };
}

const endPin = (text: string, { a, b }: { readonly a: number; readonly b: number }): Pin => ({ id: `end ${text}`, a, b, kind: 'note', text, author: '', distance: null });
