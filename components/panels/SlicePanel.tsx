/** What the picture is: every fact that its numbers depend on, and what it cannot tell. */
import { LOSS_TITLES } from '#lib/network/loss.ts';
import { layoutOf } from '#lib/network/layout.ts';
import { modeWordsOf } from '#lib/network/modeWords.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import { formatCoordinate, formatCount, formatLoss, formatRoughLoss, formatShare, AXIS_NAMES } from '#lib/session/words.ts';
import { nearestIndex } from '#lib/slice/grid.ts';
import type { Range } from '#lib/slice/range.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import type { ComputedWith } from '#client/sessionTypes.ts';
import type { SurfaceSource } from '#client/surfaceStore.ts';
import { useStore } from '#components/useStore.ts';
import { useRoomView, useSession } from '#components/session/SessionContext.ts';
import { useMay } from '#components/session/useMay.ts';
import type { GeographyOutcome } from '#components/session/useTrajectory.ts';
import type { Job } from '#components/session/useJob.ts';
import { HonestyPanel } from '#components/honesty/HonestyPanel.tsx';
import { aroundTitle, curveTitle, directionTitle, gridTitle, poseTitle, samplesTitle, shapeTitle } from '#lib/session/sliceTitle.ts';
import { plural, say } from '#components/words.ts';
import { OtherLosses } from './OtherLosses.tsx';
import { RunFacts } from './RunFacts.tsx';
import { wordsOfBelief } from './beliefWords.ts';
import styles from './Panel.module.css';

type SlicePanelProps = { readonly source: SurfaceSource | null; readonly geography: GeographyOutcome | null; readonly job: Job | null; readonly backends: readonly ComputedWith[] };

export function SlicePanel({ source, geography, job, backends }: SlicePanelProps) {
  const session = useSession();
  const { slice, sliceId } = useRoomView();
  const { edit } = useMay();
  const catalogue = useStore(session.catalogue);
  const manifest = catalogue.find(({ id }) => id === slice?.recipe.subject)?.manifest;
  if (!slice || sliceId === null) return <p className={`${styles.panel} ${styles.soft}`}>{say(edit ? 'empty.slices' : 'empty.slices.view')}</p>;
  const { recipe } = slice;

  return (
    <div className={styles.panel}>
      <section className={styles.section}>
        <h2>{shapeTitle(recipe, manifest)}</h2>
        {manifest ? <RecipeFacts recipe={recipe} manifest={manifest} /> : <p className={styles.soft}>{say('slice.unreadable')}</p>}
        <RunFacts recipe={recipe} geography={geography} />
        {manifest && <OtherLosses key={sliceId} recipe={recipe} manifest={manifest} />}
      </section>
      <section className={styles.section}>
        <h3>Axes</h3>
        <dl className={styles.axes}>
          {recipe.axes.map(({ direction, min, max, count }, index) => (
            <AxisFacts
              key={index}
              name={AXIS_NAMES[index] ?? ''}
              words={directionTitle(direction, manifest)}
              range={recipe.curve ? null : rangeWords({ min, max, count })}
              norm={geography?.kind === 'known' ? (geography.geography.facts.norms[index] ?? null) : null}
            />
          ))}
          {recipe.curve && <AxisFacts name="t" words={curveTitle(recipe, manifest)} range={rangeWords(recipe.curve.range)} norm={null} />}
        </dl>
        <GeographyFacts geography={geography} />
      </section>
      {job && (
        <section className={styles.section}>
          <h3>Measurement</h3>
          <dl className={styles.facts}>
            <dt>Measured</dt>
            <dd>
              {formatCount(job.measured)} of {formatCount(job.points)} points
            </dd>
            <LevelFacts levels={job.levels} />
            <dt>Verified</dt>
            <dd>{job.measured === 0 ? 'nothing yet' : `${formatShare(job.verified / job.measured)} of what is measured`}</dd>
            <dt>Computed with</dt>
            <dd>
              {backends.length === 0 && 'nothing yet'}
              {backends.map(({ title, tiles }) => (
                <span key={title} className={styles.line}>
                  {title}
                  {backends.length > 1 && <span className={styles.soft}> · {plural(tiles, 'tile')}</span>}
                </span>
              ))}
            </dd>
            {source && <HereFacts source={source} />}
            <dt>Placed by</dt>
            <dd>{slice.byName}</dd>
            <dt>Slice id</dt>
            <dd>
              <code>{sliceId.slice(0, 12)}</code>
            </dd>
          </dl>
          {job.notFinite > 0 && <p className={styles.warn}>{say('data.nan', { n: formatCount(job.notFinite), total: formatCount(job.points) })}</p>}
        </section>
      )}
      {manifest && <HonestyPanel key={sliceId} sliceId={sliceId} recipe={recipe} manifest={manifest} source={source} geography={geography} />}
    </div>
  );
}

/** Over how many samples the picture is, and how sure its level, where they come piece by piece. */
function LevelFacts({ levels }: { readonly levels: Job['levels'] }) {
  if (!levels) return null;
  return (
    <>
      <dt>Samples</dt>
      <dd>
        {levels.map(({ set, samples, all }) => (
          <span key={set} className={styles.line}>
            {say('job.samples', { n: formatCount(samples), all: formatCount(all), set })}
          </span>
        ))}
      </dd>
      <dt>Standard error</dt>
      <dd>
        {levels.map(({ set, loss, standardError }) => (
          <span key={set} className={styles.line}>
            {Number.isFinite(standardError) ? `${formatLoss(loss)} ± ${formatRoughLoss(standardError)}` : 'none: a loss is not finite'}
            {levels.length > 1 && <span className={styles.soft}> · {set}</span>}
          </span>
        ))}
      </dd>
    </>
  );
}

/** Who computed the point under the crosshair, and with what. */
function HereFacts({ source }: { readonly source: SurfaceSource }) {
  const session = useSession();
  const { crosshair } = useRoomView();
  const [alpha, beta] = source.surface.tiling.grid.axes;
  if (!crosshair || !alpha) return null;
  const entry = session.computedAt(source.sliceId, nearestIndex(alpha, crosshair.a), beta ? nearestIndex(beta, crosshair.b) : 0, source.layer);
  return (
    <>
      <dt>At the crosshair</dt>
      <dd>{entry ? `${entry.backend}, by ${entry.byName}, ${wordsOfBelief(entry)}` : 'not measured yet'}</dd>
    </>
  );
}

function RecipeFacts({ recipe, manifest }: { readonly recipe: SliceRecipe; readonly manifest: SubjectManifest }) {
  const { trained, evaluated } = modeWordsOf(recipe.mode, manifest.network, manifest.checkpoints.find(({ id }) => id === recipe.centre)?.training);
  return (
    <dl className={styles.facts}>
      <dt>Network</dt>
      <dd>{manifest.title}</dd>
      <dt>Parameters</dt>
      <dd>{formatCount(layoutOf(manifest.network).size)}</dd>
      <dt>Dataset</dt>
      <dd>
        {manifest.dataset.title}, {samplesTitle(recipe)} samples
      </dd>
      <dt>Loss</dt>
      <dd>mean {LOSS_TITLES[recipe.loss]}</dd>
      <dt>Evaluated</dt>
      <dd>{evaluated}</dd>
      <dt>Centre</dt>
      <dd>
        {aroundTitle(recipe, manifest)}
        <span className={styles.under}>trained {trained}</span>
      </dd>
      {recipe.cut && (
        <>
          <dt>Plane</dt>
          <dd>{poseTitle(recipe.cut)}</dd>
        </>
      )}
      <dt>Grid</dt>
      <dd>{gridTitle(recipe)}</dd>
    </dl>
  );
}

const rangeWords = ({ min, max, count }: Range): string => `${formatCoordinate(min)} … ${formatCoordinate(max)}, ${count} points`;

type AxisFactsProps = { readonly name: string; readonly words: string; /** Null where another axis is sampled: a curve has one of its own. */ readonly range: string | null; readonly norm: number | null };

function AxisFacts({ name, words, range, norm }: AxisFactsProps) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        {words}
        <span className={styles.under}>
          {[range, norm === null ? null : `‖${name}‖ ${formatLoss(norm)}`].filter((part) => part !== null).join(' · ')}
        </span>
      </dd>
    </>
  );
}

function GeographyFacts({ geography }: { readonly geography: GeographyOutcome | null }) {
  if (!geography) return <p className={styles.soft}>{say('analyse.axes')}</p>;
  if (geography.kind === 'refused') return <p className={styles.warn}>{geography.reason}</p>;
  return <p className={styles.small}>{say('slice.moves', { n: formatCount(geography.geography.facts.moved) })}</p>;
}
