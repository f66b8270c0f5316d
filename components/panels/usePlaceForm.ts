/** The state of the form that places a slice: the draft, what is wrong with it, and what it would cost here. */
import { useEffect, useEffectEvent, useMemo, useState } from 'react';
import type { Price, Session } from '#client/sessionTypes.ts';
import type { Problem } from '#lib/parsed.ts';
import type { SubjectWeights } from '#lib/network/subject.ts';
import { sliceIdOf, type SliceRecipe } from '#lib/slice/recipe.ts';
import { geometryOf } from '#components/session/frames.ts';
import { draftFor, recipeOf, type PlaceDraft } from './placeDraft.ts';

/** Typing pauses this long before a price is worked out. */
const PAUSE_MS = 350;

export type PriceState = { readonly kind: 'working' } | { readonly kind: 'known'; readonly price: Price } | { readonly kind: 'unknown'; readonly reason: string };

export type PlaceForm = {
  readonly draft: PlaceDraft;
  readonly setDraft: (draft: PlaceDraft) => void;
  readonly recipe: SliceRecipe;
  readonly problems: readonly Problem[];
  /** What is wrong with one field. */
  readonly problemAt: (path: string) => string | undefined;
  readonly price: PriceState;
};

export const randomSeed = (): number => crypto.getRandomValues(new Uint32Array(1))[0]! % 100_000;

export function usePlaceForm(session: Session, subjects: readonly SubjectWeights[], first: SubjectWeights): PlaceForm {
  const [draft, setDraft] = useState<PlaceDraft>(() => draftFor(first, [randomSeed(), randomSeed(), randomSeed()]));
  const subject = subjects.find(({ id }) => id === draft.subject) ?? first;
  const { recipe, problems } = useMemo(() => recipeOf(draft, subject.manifest), [draft, subject]);
  const key = problems.length === 0 ? sliceIdOf(recipe) : null;
  const late = useLateFindings(session, key, recipe, subject);
  const all = useMemo(() => [...problems, ...late.problems], [problems, late.problems]);
  return { draft, setDraft, recipe, problems: all, problemAt: (path) => all.find((problem) => problem.path === path)?.message, price: late.price };
}

type Late = { readonly key: string | null; readonly price: PriceState; readonly problems: readonly Problem[] };

const WORKING: Late = { key: null, price: { kind: 'working' }, problems: [] };

/** What takes too long to find out at every key stroke: whether the axes span anything, and the price. */
function useLateFindings(session: Session, key: string | null, recipe: SliceRecipe, subject: SubjectWeights): Late {
  const [found, setFound] = useState<Late>(WORKING);

  const find = useEffectEvent(async (): Promise<Late> => {
    try {
      await session.vectors.load(recipe);
    } catch (error) {
      return { key, price: { kind: 'unknown', reason: error instanceof Error ? error.message : String(error) }, problems: [] };
    }
    const geometry = geometryOf(recipe, subject, session.vectors.of);
    if (!geometry.ok) {
      const path = `axes.${recipe.axes.length - 1}.direction`;
      return { ...WORKING, key, problems: geometry.problems.map(({ message }) => ({ path, message })) };
    }
    try {
      return { key, price: { kind: 'known', price: await session.price(recipe) }, problems: [] };
    } catch (error) {
      return { key, price: { kind: 'unknown', reason: error instanceof Error ? error.message : String(error) }, problems: [] };
    }
  });

  useEffect(() => {
    if (key === null) return undefined;
    let isCurrent = true;
    const timer = setTimeout(() => {
      void find().then((late) => isCurrent && setFound(late));
    }, PAUSE_MS);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [key]);

  return found.key === key ? found : WORKING;
}
