/**
 * The networks of a session as dots: a curvature against the share of test samples that are classified wrongly, from analyses that the
 * session has; and what has to be asked for where one is missing. Pure.
 */
import type { AnalysisView } from '#client/analysisTypes.ts';
import type { AnalysisRequest, RequestOf, UnitOf } from '#lib/analysis/requests/requests.ts';
import { estimateOf } from '#lib/analysis/trace.ts';
import { isClassification } from '#lib/network/loss.ts';
import { STANDARD_MODE } from '#lib/network/mode.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import type { SliceRecord } from '#lib/session/document.ts';

/** λmax by Lanczos, or the mean curvature along filter-normalised directions. */
export const CURVATURES = ['largest', 'filters'] as const;
export type Curvature = (typeof CURVATURES)[number];

/** One network: what is trained, and where it stands. */
export type Net = { readonly subject: string; readonly checkpoint: string; readonly manifest: SubjectManifest };

export type Dot = Net & {
  readonly curvature: { readonly value: number; readonly error: number } | null;
  /** Share of test samples that are classified wrongly. */
  readonly testError: number | null;
  /** What has to be asked for to have both. */
  readonly missing: readonly AnalysisRequest[];
};

/** Samples that both numbers are measured on, where there are as many. */
const [CURVED, TESTED] = [256, 512];
/** λmax is sure to a hundredth long before; the card of eigenvalues goes on. */
const STEPS = 40;
const PROBES = 40;

/** The networks that slices stand around, each once, with test samples and classes. */
export function networksOf(slices: ReadonlyMap<string, SliceRecord>, manifestOf: (subject: string) => SubjectManifest | undefined): readonly Net[] {
  const found = new Map<string, Net>();
  for (const { recipe, isPutAway } of slices.values()) {
    const manifest = manifestOf(recipe.subject);
    if (isPutAway || recipe.origin || !manifest || !isClassification(manifest.loss) || manifest.dataset.samples.test === 0) continue;
    found.set(`${recipe.subject} ${recipe.centre}`, { subject: recipe.subject, checkpoint: recipe.centre, manifest });
  }
  return [...found.values()];
}

type Views = readonly Pick<AnalysisView, 'record' | 'units' | 'total'>[];

export function dotOf(net: Net, by: Curvature, views: Views): Dot {
  const curvature = by === 'largest' ? largestOf(net, views) : filtersOf(net, views);
  const testError = errorOf(net, views);
  return { ...net, curvature, testError, missing: [...(curvature ? [] : [curvatureRequest(net, by)]), ...(testError === null ? [errorRequest(net)] : [])] };
}

function curvatureRequest({ subject, checkpoint, manifest: { dataset, loss } }: Net, by: Curvature): AnalysisRequest {
  const set = dataset.samples.train > 0 ? 'train' : 'test';
  const point = { format: 1, subject, checkpoint, samples: { set, count: Math.min(CURVED, dataset.samples[set]) }, loss } as const;
  if (by === 'largest') return { kind: 'spectrum', ...point, parameters: 'all', ends: 1, steps: STEPS, seed: 1 };
  return { kind: 'filterCurvature', ...point, probes: PROBES, seed: 1 };
}

function errorRequest({ subject, manifest: { dataset, loss } }: Net): AnalysisRequest {
  return { kind: 'checkpointLosses', format: 1, subject, samples: [{ set: 'test', count: Math.min(TESTED, dataset.samples.test) }], loss, mode: STANDARD_MODE };
}

/** Of all parameters at that checkpoint, whoever asked for it and with as many samples as they chose; the newest. */
function largestOf(net: Net, views: Views): Dot['curvature'] {
  const found = answered(views, 'spectrum').findLast(({ request: { subject, checkpoint, parameters, rescaled } }) => subject === net.subject && checkpoint === net.checkpoint && parameters === 'all' && !rescaled);
  return found ? found.units[0]!.largest[0]! : null;
}

function filtersOf(net: Net, views: Views): Dot['curvature'] {
  const found = answered(views, 'filterCurvature').findLast(({ request: { subject, checkpoint, rescaled } }) => subject === net.subject && checkpoint === net.checkpoint && !rescaled);
  if (!found) return null;
  const { mean, standardError } = estimateOf(found.units.flatMap(({ samples }) => samples));
  return { value: mean, error: standardError };
}

function errorOf({ subject, checkpoint, manifest }: Net, views: Views): number | null {
  const row = manifest.checkpoints.findIndex(({ id }) => id === checkpoint);
  const found = answered(views, 'checkpointLosses').findLast(({ request }) => request.subject === subject && request.samples.some(({ set }) => set === 'test'));
  const at = found?.request.samples.findIndex(({ set }) => set === 'test') ?? -1;
  const told = found?.units[row]?.sets[at];
  return told ? 1 - told.correct / found!.request.samples[at]!.count : null;
}

/** Those of a kind that are wholly done, with the results in the order of units. */
function answered<Name extends AnalysisRequest['kind']>(views: Views, kind: Name): readonly { readonly request: RequestOf<Name>; readonly units: readonly UnitOf<Name>[] }[] {
  return views.flatMap(({ record: { request }, units, total }) =>
    request.kind === kind && units.length === total && units.every(({ result }) => result !== null)
      ? [{ request: request as RequestOf<Name>, units: units.toSorted((one, other) => one.unit - other.unit).map(({ result }) => result as UnitOf<Name>) }]
      : [],
  );
}
