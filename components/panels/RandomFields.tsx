/** How random directions are scaled to the weights, and what they do in biases and batch norm. */
import { NORMALISATIONS, VECTOR_POLICIES } from '#lib/slice/recipe.ts';
import { Select } from '#components/ui/Select.tsx';
import { Toggle } from '#components/ui/Toggle.tsx';
import { NORMALISATION_TITLES } from '#lib/session/sliceTitle.ts';
import { dimensionsOf } from './placeDraft.ts';
import type { PlaceForm } from './usePlaceForm.ts';

const NORMALISATION_WORDS = {
  filter: 'Each filter moves by as much as it weighs (Li et al. 2018).',
  layer: 'Each tensor moves by as much as it weighs.',
  model: 'All tensors that move do so together by as much as they weigh.',
  weight: 'Each number is multiplied by its weight.',
  none: 'The noise as it is drawn: nets of different scale cannot be compared.',
  dfilter: 'Each filter moves by length 1, whatever it weighs.',
  dlayer: 'Each tensor moves by length 1, whatever it weighs.',
} as const;

const POLICY_TITLES = { ignore: 'stand still (biasbn)', layer: 'move like a layer', copy: 'copy the weights (compatible)' } as const;
const POLICY_WORDS = {
  ignore: "Usual in planes: the reference tool's biasbn.",
  layer: 'Scaled as one filter each.',
  copy: 'What the reference tool does without biasbn: the direction there is the weights themselves, not random.',
} as const;

export function RandomFields({ form: { draft, setDraft } }: { readonly form: PlaceForm }) {
  return (
    <>
      <Select
        label="Normalisation"
        value={draft.normalisation}
        options={NORMALISATIONS.map((value) => ({ value, title: NORMALISATION_TITLES[value] }))}
        hint={NORMALISATION_WORDS[draft.normalisation]}
        onChange={(normalisation) => setDraft({ ...draft, normalisation })}
      />
      <Select
        label="Biases and batch norm"
        value={draft.vectors}
        options={VECTOR_POLICIES.map((value) => ({ value, title: POLICY_TITLES[value] }))}
        hint={POLICY_WORDS[draft.vectors]}
        onChange={(vectors) => setDraft({ ...draft, vectors })}
      />
      {dimensionsOf(draft.kind) > 1 && (
        <Toggle
          kind="checkbox"
          label="Make the axes exactly orthogonal"
          hint="Takes away from later axes what they have in common with earlier ones; their norm is then a little less."
          isOn={draft.isOrthogonal}
          onChange={(isOrthogonal) => setDraft({ ...draft, isOrthogonal })}
        />
      )}
    </>
  );
}
