/**
 * What this person looks at: slice, look, camera, open panel, crosshair. It is theirs alone; the link carries
 * what a link should show (useLink.ts), the rest is gone with the tab.
 */
import { useCallback, useMemo, useState } from 'react';
import type { Session } from '#client/sessionTypes.ts';
import type { Camera } from '#lib/session/camera.ts';
import type { SliceRecord } from '#lib/session/document.ts';
import type { readLink } from '#lib/session/linkState.ts';
import type { Problem } from '#lib/parsed.ts';
import type { Look } from '#lib/session/look.ts';
import type { Pose } from '#lib/slice/pose.ts';
import { useStore } from '#components/useStore.ts';
import type { Comparison } from '#lib/session/comparison.ts';
import type { Overlays } from '#lib/session/overlays.ts';

export const TABS = ['slices', 'slice', 'analyse', 'look', 'pins', 'compute'] as const;
export type TabName = (typeof TABS)[number];

export type Place = { readonly a: number; readonly b: number };

/** The note being written: a new one at a place, or one that is there already. */
export type NoteDraft = { readonly kind: 'new'; readonly at: Place } | { readonly kind: 'edit'; readonly id: string };

export type View = {
  /** The slice that is drawn: the chosen one, else the newest. */
  readonly sliceId: string | null;
  readonly slice: SliceRecord | null;
  /** What was chosen, which may not have arrived yet. */
  readonly wanted: string | null;
  readonly look: Look;
  readonly camera: Camera;
  readonly tab: TabName;
  readonly isPlacing: boolean;
  readonly isNoting: boolean;
  readonly note: NoteDraft | null;
  readonly crosshair: Place | null;
  /** Of a volume, which sample of γ is shown; null for the one through the centre. */
  readonly layer: number | null;
  readonly overlays: Overlays;
  readonly comparison: Comparison;
  readonly chooseSlice: (id: string) => void;
  readonly setLook: (look: Look) => void;
  readonly setCamera: (camera: Camera) => void;
  readonly setTab: (tab: TabName) => void;
  readonly setPlacing: (isPlacing: boolean) => void;
  readonly setNoting: (isNoting: boolean) => void;
  readonly setNote: (note: NoteDraft | null) => void;
  readonly setCrosshair: (place: Place | null) => void;
  readonly setLayer: (layer: number | null) => void;
  readonly setOverlays: (overlays: Overlays) => void;
  readonly setComparison: (comparison: Comparison) => void;
  /** In a volume, where the plane stands that this person moves through it; null while layers are shown. */
  readonly pose: Pose | null;
  readonly setPose: (pose: Pose | null) => void;
  readonly restore: (opened: Opened) => void;
  /** The link that this view came from: what of it could not be read, and the slice that it names. */
  readonly opened: { readonly problems: readonly Problem[]; readonly slice: string | null };
};

type Opened = ReturnType<typeof readLink>;

export function useView(session: Session, { link: first, problems }: Opened): View {
  const slices = useStore(session.slices);
  const [wanted, setWanted] = useState(first.slice);
  const [look, setLook] = useState(first.look);
  const [camera, setCamera] = useState(first.camera);
  const [tab, setTab] = useState<TabName>('slice');
  const [isPlacing, setPlacing] = useState(false);
  const [isNoting, setNoting] = useState(false);
  const [note, setNote] = useState<NoteDraft | null>(null);
  const [crosshair, setCrosshair] = useState<Place | null>(null);
  const [layer, setLayer] = useState(first.layer);
  const [overlays, setOverlays] = useState(first.overlays);
  const [comparison, setComparison] = useState(first.comparison);
  const [pose, setPose] = useState(first.pose);

  const sliceId = useMemo(() => shownSlice(slices, wanted), [slices, wanted]);

  const chooseSlice = useCallback((id: string) => {
    setWanted(id);
    setLayer(null);
    setPose(null);
    setCrosshair(null);
    setNote(null);
    // A cross-section belongs to its slice; what is shown of any slice stays on.
    setOverlays((before) => ({ ...before, section: null, isCutting: false }));
  }, []);

  const [opened, setOpened] = useState<View['opened']>({ problems, slice: first.slice });

  const restore = useCallback(({ link, problems: found }: Opened) => {
    setOpened({ problems: found, slice: link.slice });
    setWanted(link.slice);
    setLook(link.look);
    setCamera(link.camera);
    setLayer(link.layer);
    setPose(link.pose);
    setOverlays(link.overlays);
    setComparison(link.comparison);
  }, []);

  return useMemo(
    () => ({
      sliceId,
      slice: sliceId === null ? null : (slices.get(sliceId) ?? null),
      wanted,
      look,
      camera,
      tab,
      isPlacing,
      isNoting,
      note,
      crosshair,
      layer,
      setLayer,
      overlays,
      setOverlays,
      comparison,
      setComparison,
      pose,
      setPose,
      chooseSlice,
      setLook,
      setCamera,
      setTab,
      setPlacing,
      setNoting,
      setNote,
      setCrosshair,
      restore,
      opened,
    }),
    [sliceId, slices, wanted, overlays, comparison, look, camera, tab, isPlacing, isNoting, note, crosshair, layer, pose, chooseSlice, restore, opened],
  );
}

/** A slice that was put away is still shown to who has a link to it. */
function shownSlice(slices: ReadonlyMap<string, SliceRecord>, wanted: string | null): string | null {
  if (wanted !== null && slices.has(wanted)) return wanted;
  const present = [...slices].filter(([, { isPutAway }]) => !isPutAway);
  return present.at(-1)?.[0] ?? null;
}
