/** Vectors as axes: a file from this computer taken in, how vectors are scaled to the weights, and for each axis which one. */
import { useRef, useState } from 'react';
import { importVector } from '#lib/formats/vectorImport.ts';
import type { VectorFile } from '#lib/formats/vectorFile.ts';
import { sayProblems } from '#lib/parsed.ts';
import type { SubjectWeights } from '#lib/network/subject.ts';
import { VECTOR_SCALINGS } from '#lib/slice/recipe.ts';
import { Button } from '#components/ui/Button.tsx';
import { Disclosure } from '#components/ui/Disclosure.tsx';
import { ProblemText } from '#components/ui/Field.tsx';
import { Segments } from '#components/ui/Segments.tsx';
import { Select } from '#components/ui/Select.tsx';
import { Toggle } from '#components/ui/Toggle.tsx';
import { useSession } from '#components/session/SessionContext.ts';
import { NORMALISATION_TITLES } from '#lib/session/sliceTitle.ts';
import { say } from '#components/words.ts';
import { dimensionsOf, isGradient } from './placeDraft.ts';
import { RandomFields } from './RandomFields.tsx';
import type { PlaceForm } from './usePlaceForm.ts';
import { withChoice, type SessionVector, type VectorChoice, type VectorDraft } from './vectorDraft.ts';
import styles from './Panel.module.css';

const SCALING_WORDS = {
  none: 'As long as it is in its file.',
  model: 'As long as all the weights together; it points where it did.',
  filter: 'Each filter by itself is made as long as its weights: the vector is turned by that.',
  layer: 'Each tensor by itself is made as long as its weights: the vector is turned by that.',
} as const;

export function VectorFields({ form, subject }: { readonly form: PlaceForm; readonly subject: SubjectWeights }) {
  const { draft, setDraft } = form;
  const { vector, kind } = draft;
  const change = (part: Partial<VectorDraft>) => setDraft({ ...draft, vector: { ...vector, ...part } });
  const shown = vector.axes.slice(0, dimensionsOf(kind));
  const isScalable = isGradient(kind) || shown.some((choice) => choice !== null && choice !== 'random' && choice.kind === 'direction');
  const hasRandom = shown.some((choice, index) => choice === 'random' && !(index === 0 && isGradient(kind)));
  return (
    <>
      {!(isGradient(kind) && shown.length === 1) && (
        <ImportVector
          subject={subject}
          onVector={(taken) => {
            const own = shown.map((choice, index) => (isGradient(kind) && index === 0 ? 'gradient' : choice));
            // Where nothing is chosen yet, then instead of a random one, then instead of the last.
            const free = own.includes(null) ? own.indexOf(null) : own.indexOf('random');
            change({ axes: withChoice(vector.axes, free < 0 ? shown.length - 1 : free, taken) });
          }}
        />
      )}
      {isScalable && (
        <Select
          label="Length of vectors"
          value={vector.scaling}
          options={[{ value: 'none', title: 'as they are' } as const, ...VECTOR_SCALINGS.map((value) => ({ value, title: NORMALISATION_TITLES[value] }))]}
          hint={SCALING_WORDS[vector.scaling]}
          onChange={(scaling) => change({ scaling })}
        />
      )}
      {isScalable && vector.scaling !== 'none' && (
        <Toggle kind="checkbox" label="Biases and batch norm stand still" isOn={vector.policy === 'ignore'} onChange={(isOn) => change({ policy: isOn ? 'ignore' : 'layer' })} />
      )}
      {hasRandom && <RandomFields form={form} />}
    </>
  );
}

const RANDOM = 'random';
const NONE = '';

/** Which vector an axis points along. */
export function VectorSelect({ choice, vectors, problem, onChoose }: { readonly choice: VectorChoice; readonly vectors: readonly SessionVector[]; readonly problem: string | undefined; readonly onChoose: (choice: VectorChoice) => void }) {
  const own = choice !== null && choice !== RANDOM && !vectors.some(({ digest }) => digest === choice.digest) ? [choice] : [];
  const all = [...vectors, ...own];
  return (
    <Select
      label="Along"
      value={choice === null ? NONE : choice === RANDOM ? RANDOM : choice.digest}
      options={[
        ...(choice === null ? [{ value: NONE, title: 'Choose a vector …' }] : []),
        { value: RANDOM, title: 'a random direction' },
        ...all.map(({ digest, title, kind }) => ({ value: digest, title: kind === 'point' ? `to the point: ${title}` : title })),
      ]}
      hint={all.length === 0 ? say('vector.none') : undefined}
      problem={problem}
      onChange={(value) => onChoose(value === RANDOM ? RANDOM : (all.find(({ digest }) => digest === value) ?? null))}
    />
  );
}

/** A file becomes a vector of this network, or says what does not fit. */
function ImportVector({ subject, onVector }: { readonly subject: SubjectWeights; readonly onVector: (vector: SessionVector) => void }) {
  const session = useSession();
  const input = useRef<HTMLInputElement>(null);
  const [kind, setKind] = useState<VectorFile['kind']>('direction');
  const [problem, setProblem] = useState<string>();
  const take = async (file: File) => {
    setProblem(undefined);
    try {
      const read = importVector(new Uint8Array(await file.arrayBuffer()), file.name, kind, subject);
      if (read.ok) onVector({ ...session.vectors.hold(read.value), kind: read.value.kind });
      else setProblem(sayProblems(read.problems));
    } catch (error) {
      setProblem(`${file.name} could not be read: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  return (
    <Disclosure title="Import a vector">
      <Segments
        label="The file holds"
        value={kind}
        segments={[
          { value: 'direction', title: 'a direction' },
          { value: 'point', title: 'other weights' },
        ]}
        hint={say('vector.import')}
        onChange={setKind}
      />
      <div className={styles.row}>
        <Button size="small" icon="plus" onClick={() => input.current?.click()}>
          Choose a file …
        </Button>
        <input
          ref={input}
          type="file"
          hidden
          accept=".safetensors"
          aria-label="Vector file"
          onChange={(event) => {
            const [file] = event.target.files ?? [];
            // The same file chosen again, mended, is a new choice.
            event.target.value = '';
            if (file) void take(file);
          }}
        />
      </div>
      <ProblemText text={problem} />
    </Disclosure>
  );
}
