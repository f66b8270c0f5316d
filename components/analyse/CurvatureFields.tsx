/** Where and of what a curvature is asked for: checkpoint, samples and parameters, with one more number of the method's own. */
import type { ReactNode } from 'react';
import type { SubjectManifest } from '#lib/network/subject.ts';
import { formatCount } from '#lib/session/words.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { TextField } from '#components/ui/Field.tsx';
import { Select } from '#components/ui/Select.tsx';
import panel from '#components/panels/Panel.module.css';
import { choiceOf, groupsOf, type PointDraft } from './curvaturePoint.ts';
import { HessianSizeNote } from './HessianSizeNote.tsx';

type CurvatureFieldsProps = {
  readonly draft: PointDraft;
  readonly onChange: (draft: PointDraft) => void;
  readonly recipe: SliceRecipe;
  readonly manifest: SubjectManifest;
  /** False for a number that is one of all parameters. */
  readonly hasGroup?: boolean | undefined;
  readonly children?: ReactNode;
};

export function CurvatureFields({ draft, onChange, recipe, manifest, hasGroup = true, children }: CurvatureFieldsProps) {
  const { set } = recipe.samples[0]!;
  return (
    <div className={panel.section}>
      {manifest.checkpoints.length > 1 && (
        <Select label="At" value={draft.checkpoint} options={manifest.checkpoints.map(({ id, title }) => ({ value: id, title }))} onChange={(checkpoint) => onChange({ ...draft, checkpoint })} />
      )}
      {hasGroup && <Select label="Parameters" value={draft.group} options={groupsOf(manifest)} onChange={(group) => onChange({ ...draft, group })} />}
      <div className={panel.pair}>
        <TextField label={`Samples, of ${formatCount(manifest.dataset.samples[set])} ${set}`} inputMode="numeric" value={draft.samples} onChange={(samples) => onChange({ ...draft, samples })} />
        {children}
      </div>
      <HessianSizeNote network={manifest.network} choice={choiceOf(draft, manifest)} />
    </div>
  );
}
