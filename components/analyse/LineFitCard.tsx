/** The exact lowest point of y = m·x + b, beside the lowest that the picture shows. */
import { lineFit } from '#lib/analysis/lineFit.ts';
import { firstOf, type SubjectManifest } from '#lib/network/subject.ts';
import { layoutOf } from '#lib/network/layout.ts';
import { formatLoss } from '#lib/session/words.ts';
import { useSession } from '#components/session/SessionContext.ts';
import { useGrowth } from '#components/session/useSurface.ts';
import { useStore } from '#components/useStore.ts';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import type { SliceCardProps } from './card.ts';
import { useShownSet } from './useShownSet.ts';

/** Whether a network is one number in, one out, straight, under squared error. */
export const isLineFit = ({ network, loss }: Pick<SubjectManifest, 'network' | 'loss'>): boolean => {
  const [step, ...rest] = network.program;
  return rest.length === 0 && step?.op === 'linear' && loss === 'squaredError' && layoutOf(network).size === 2;
};

export function LineFitCard({ recipe, source }: SliceCardProps) {
  useGrowth(source);
  const session = useSession();
  const set = useShownSet(source);
  const subject = useStore(session.subjects).find(({ id }) => id === recipe.subject);
  const count = recipe.samples.find((each) => each.set === set)?.count;
  if (!subject || count === undefined) return <p className={panel.soft}>{say('lineFit.loading')}</p>;
  const fit = lineFit(firstOf(subject.sets[set], count));
  const range = source.surface.range(set);
  const [xx, x, , one] = fit.hessian;
  return (
    <>
      <dl className={panel.facts}>
        <dt>slope m</dt>
        <dd>{fit.slope.toPrecision(7)}</dd>
        <dt>intercept b</dt>
        <dd>{fit.intercept.toPrecision(7)}</dd>
        <dt>least loss</dt>
        <dd>{fit.loss.toPrecision(7)}</dd>
        <dt>lowest measured</dt>
        <dd>{range ? range.min.toPrecision(7) : '–'}</dd>
        <dt>Hessian</dt>
        <dd>
          [[{formatLoss(xx)}, {formatLoss(x)}], [{formatLoss(x)}, {formatLoss(one)}]]
        </dd>
        <dt>eigenvalues</dt>
        <dd>{fit.eigenvalues.map(formatLoss).join(', ')}</dd>
      </dl>
      <p className={`${panel.small} ${panel.soft}`}>{say('lineFit.what', { count, set })}</p>
    </>
  );
}
