'use client';
/** Points on a rolled-up sheet, flattened three ways while one watches, with the numbers that say how well. */
import { useState } from 'react';
import { NO_EMBEDDING, startEmbedding, type EmbeddingState, type PictureState } from '#client/embedding.ts';
import { createStore } from '#client/store.ts';
import { UMAP_DEFAULTS } from '#lib/analysis/umap.ts';
import type { CloudName, EmbeddingName, EmbedRequest } from '#lib/wire/embedMessages.ts';
import { Button } from '#components/ui/Button.tsx';
import { ProblemText, TextField } from '#components/ui/Field.tsx';
import { ProgressBar } from '#components/ui/ProgressBar.tsx';
import { Segments } from '#components/ui/Segments.tsx';
import { useLasting } from '#components/useLasting.ts';
import { useStore } from '#components/useStore.ts';
import { say, type WordKey } from '#components/words.ts';
import { PointPicture } from './PointPicture.tsx';
import { turned } from './turned.ts';
import reading from '#components/ui/Reading.module.css';
import styles from './Embedding.module.css';

const NOTHING = createStore<EmbeddingState>(NO_EMBEDDING);

type Draft = { readonly cloud: CloudName; readonly points: string; readonly seed: string; readonly neighbours: string; readonly minDistance: string; readonly epochs: string };

const FIRST: Draft = { cloud: 'scroll', points: '400', seed: '1', neighbours: String(UMAP_DEFAULTS.neighbours), minDistance: String(UMAP_DEFAULTS.minDistance), epochs: '1500' };

/** Each field's least and greatest value; whole numbers but for the distance. */
const LIMITS = { points: [30, 1000], seed: [0, 4294967295], neighbours: [2, 200], minDistance: [0, 1], epochs: [10, 20000] } as const;
type FieldName = keyof typeof LIMITS;

const numberOf = (draft: Draft, name: FieldName): number | null => {
  const [least, most] = LIMITS[name];
  const value = Number(draft[name].replace(',', '.'));
  const isFine = draft[name].trim() !== '' && value >= least && value <= most && (name === 'minDistance' || Number.isInteger(value));
  return isFine && !(name === 'neighbours' && value >= Number(draft.points)) ? value : null;
};

const METHODS: readonly { readonly name: EmbeddingName; readonly title: string; readonly what: WordKey }[] = [
  { name: 'pca', title: 'Two components (PCA)', what: 'walk.pca' },
  { name: 'umap', title: 'UMAP', what: 'walk.umap' },
  { name: 'encoder', title: 'Auto-encoder', what: 'walk.encoder' },
];

type Asked = Omit<EmbedRequest, 'digits' | 'k'>;

const askedOf = (draft: Draft): Asked | null => {
  const [points, seed, neighbours, minDistance, epochs] = (['points', 'seed', 'neighbours', 'minDistance', 'epochs'] as const).map((name) => numberOf(draft, name));
  if (points === null || seed === null || neighbours === null || minDistance === null || epochs === null) return null;
  return { cloud: draft.cloud, points: points!, seed: seed!, umap: { neighbours: neighbours!, minDistance: minDistance! }, encoder: { epochs: epochs! } };
};

export function EmbeddingWalk() {
  const [draft, setDraft] = useState(FIRST);
  const [asked, setAsked] = useState<{ readonly request: Asked; readonly turn: number }>({ request: askedOf(FIRST)!, turn: 0 });
  const [k, setK] = useState(8);
  const run = useLasting(`${asked.turn}`, () => startEmbedding({ ...asked.request, k }), ({ stop }) => stop());
  const state = useStore(run?.state ?? NOTHING);
  const next = askedOf(draft);
  const start = (request: Asked | null) => request && setAsked({ request, turn: asked.turn + 1 });
  const field = (name: FieldName, label: string) => (
    <TextField
      label={label}
      value={draft[name]}
      inputMode="decimal"
      onChange={(value) => setDraft({ ...draft, [name]: value })}
      problem={numberOf(draft, name) === null ? say(name === 'neighbours' ? 'walk.neighbours.problem' : 'walk.number.problem', { least: LIMITS[name][0], most: LIMITS[name][1] }) : undefined}
    />
  );
  const isRunning = state.kind === 'starting' || state.kind === 'running';
  const most = Math.min(50, Math.ceil(asked.request.points / 2) - 1);
  return (
    <div className={reading.stack}>
      <p className={styles.what}>{say('walk.embedding')}</p>
      <section className={`${reading.framed} ${styles.controls}`} aria-label="What is flattened, and how">
        <Segments
          label="Points"
          value={draft.cloud}
          segments={[{ value: 'scroll', title: 'Scroll' }, { value: 'helix', title: 'Spring' }, { value: 'digits', title: 'Handwritten digits' }]}
          onChange={(cloud) => {
            setDraft({ ...draft, cloud });
            start(askedOf({ ...draft, cloud }));
          }}
        />
        <div className={styles.fields}>
          {field('points', 'How many')}
          {field('seed', 'Seed')}
          {field('neighbours', 'UMAP: neighbours')}
          {field('minDistance', 'UMAP: least distance')}
          {field('epochs', 'Auto-encoder: epochs')}
        </div>
        <div className={reading.buttons}>
          <Button tone="accent" disabled={!next} onClick={() => start(next)}>
            Make the pictures
          </Button>
          {isRunning && <Button onClick={() => run?.stop()}>Cancel</Button>}
          <p role="status" className={reading.soft}>
            {say(`walk.state.${state.kind}`)}
          </p>
        </div>
        <ProblemText text={state.kind === 'failed' ? say('walk.failed', { reason: state.reason ?? '' }) : undefined} />
      </section>
      {state.cloud && (
        <>
          <label className={reading.slider}>
            <span>
              k = {k} neighbours for trustworthiness and continuity
            </span>
            <input
              type="range"
              min={1}
              max={most}
              value={Math.min(k, most)}
              onChange={(event) => {
                setK(Number(event.target.value));
                run?.ask(Number(event.target.value));
              }}
            />
          </label>
          <div className={styles.pictures}>
            <Cloud cloud={state.cloud} isDigits={asked.request.cloud === 'digits'} />
            {METHODS.map(({ name, title, what }) => (
              <Method key={name} title={title} what={what} picture={state.pictures[name]} linear={state.pictures.pca?.lost ?? null} colours={state.cloud!.colours} isDigits={asked.request.cloud === 'digits'} isEncoder={name === 'encoder'} isRunning={isRunning} />
            ))}
          </div>
          {asked.request.cloud === 'digits' && <p className={reading.soft}>{say('walk.digits')}</p>}
        </>
      )}
    </div>
  );
}

function Cloud({ cloud, isDigits }: { readonly cloud: NonNullable<EmbeddingState['cloud']>; readonly isDigits: boolean }) {
  const [angle, setAngle] = useState(20);
  return (
    <section className={`${reading.framed} ${styles.method}`} aria-labelledby="method-cloud">
      <h2 id="method-cloud">The points themselves</h2>
      <PointPicture label={`${cloud.space.length} points in space, seen from one side.`} points={turned(cloud.space, angle)} colours={cloud.colours} isDigits={isDigits} />
      <label className={reading.slider}>
        <span>Turn</span>
        <input type="range" min={0} max={359} value={angle} onChange={(event) => setAngle(Number(event.target.value))} />
      </label>
      <p className={reading.soft}>{say(cloud.dimensions > 3 ? 'walk.cloud.many' : 'walk.cloud', { dimensions: cloud.dimensions })}</p>
    </section>
  );
}

type MethodProps = {
  readonly title: string;
  readonly what: WordKey;
  readonly picture: PictureState | null;
  /** What two components lose. */
  readonly linear: number | null;
  readonly colours: readonly number[];
  readonly isDigits: boolean;
  readonly isEncoder: boolean;
  readonly isRunning: boolean;
};

function Method({ title, what, picture, linear, colours, isDigits, isEncoder, isRunning }: MethodProps) {
  const isFinished = picture !== null && picture.done === picture.total;
  return (
    <section className={`${reading.framed} ${styles.method}`} aria-label={title} data-finished={isFinished}>
      <h2>{title}</h2>
      {picture && picture.points.length > 0 ? (
        <PointPicture label={`${title}: ${picture.points.length} points in the plane.`} points={picture.points} colours={colours} isDigits={isDigits} />
      ) : (
        <div className={styles.empty}>{isRunning ? 'Waiting for its turn' : 'Not made'}</div>
      )}
      {picture && !isFinished && isRunning && (
        <>
          <ProgressBar label={`${title}: epochs done`} done={picture.done} total={picture.total} />
          <p className={reading.soft}>
            {picture.done} of {picture.total} epochs
          </p>
        </>
      )}
      <dl className={styles.numbers}>
        <dt>Trustworthiness</dt>
        <dd>{picture?.quality ? picture.quality.trustworthiness.toFixed(4) : '–'}</dd>
        <dt>Continuity</dt>
        <dd>{picture?.quality ? picture.quality.continuity.toFixed(4) : '–'}</dd>
        <dt>Lost when put back</dt>
        <dd>{picture && picture.lost !== null ? `${(100 * picture.lost).toFixed(1)} %` : '–'}</dd>
      </dl>
      {isEncoder && isFinished && picture.lost !== null && linear !== null && (
        <p className={picture.lost < linear ? styles.good : reading.warning}>{say(picture.lost < linear ? 'walk.encoder.better' : 'walk.encoder.worse')}</p>
      )}
      <p className={reading.soft}>{say(what)}</p>
    </section>
  );
}
