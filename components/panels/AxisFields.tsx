/** One axis of a slice to be placed: where it points, how far, how finely. */
import type { ReactNode } from 'react';
import type { Checkpoint } from '#lib/network/subject.ts';
import { Button } from '#components/ui/Button.tsx';
import { ProblemText, TextField } from '#components/ui/Field.tsx';
import { Select } from '#components/ui/Select.tsx';
import type { AxisDraft } from './placeDraft.ts';
import { randomSeed } from './usePlaceForm.ts';
import { AXIS_NAMES } from '#lib/session/words.ts';
import styles from './Panel.module.css';


type AxisFieldsProps = {
  readonly index: number;
  readonly axis: AxisDraft;
  /** What the axis is called, where that is not its Greek letter. */
  readonly title?: string | undefined;
  /** How the direction is chosen: a seed, a checkpoint, or by what stands here; after it a seed where it is drawn. */
  readonly choice: 'seed' | 'checkpoint' | { readonly field: ReactNode; readonly hasSeed?: boolean };
  readonly checkpoints: readonly Checkpoint[];
  readonly problemAt: (path: string) => string | undefined;
  /** `isTarget`: the direction changed, so that fitting extents may have. */
  readonly onChange: (axis: AxisDraft, isTarget: boolean) => void;
};

export function AxisFields({ index, axis, title, choice, checkpoints, problemAt, onChange }: AxisFieldsProps) {
  const at = `axes.${index}`;
  const name = AXIS_NAMES[index] ?? '';
  return (
    <fieldset className={styles.axis}>
      <legend>{title ?? `Axis ${name}`}</legend>
      {typeof choice === 'object' && choice.field}
      {choice === 'seed' || (typeof choice === 'object' && choice.hasSeed) ? (
        <div className={styles.seed}>
          <TextField
            label="Seed"
            inputMode="numeric"
            value={axis.seed}
            problem={problemAt(`${at}.direction.seed`) ?? problemAt(`${at}.direction`)}
            onChange={(seed) => onChange({ ...axis, seed }, true)}
          />
          <Button icon="dice" label={`Another seed for ${name}`} onClick={() => onChange({ ...axis, seed: String(randomSeed()) }, true)} />
        </div>
      ) : typeof choice === 'object' ? null : (
        <Select
          label="Towards"
          value={axis.target}
          options={checkpoints.map(({ id, title }) => ({ value: id, title }))}
          problem={problemAt(`${at}.direction.checkpoint`) ?? problemAt(`${at}.direction`)}
          onChange={(target) => onChange({ ...axis, target }, true)}
        />
      )}
      <ProblemText text={problemAt(`${at}.direction.orthogonal`)} />
      <div className={styles.triple}>
        <TextField label="From" inputMode="decimal" value={axis.min} problem={named('From', problemAt(`${at}.min`))} onChange={(min) => onChange({ ...axis, min }, false)} />
        <TextField label="To" inputMode="decimal" value={axis.max} problem={named('To', problemAt(`${at}.max`))} onChange={(max) => onChange({ ...axis, max }, false)} />
        <TextField label="Points" inputMode="numeric" value={axis.count} problem={named('Points', problemAt(`${at}.count`))} onChange={(count) => onChange({ ...axis, count }, false)} />
      </div>
    </fieldset>
  );
}

/** Problems of narrow fields stand below the row, where they have room: each says whose it is. */
const named = (label: string, problem: string | undefined): string | undefined => problem && `${label} ${problem}`;
