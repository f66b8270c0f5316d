/** What the Hessian of these parameters would take as a matrix and takes as products, beside what this device has: before anything is asked for. */
import { hessianSizeOf, largestWhole } from '#lib/analysis/hessianSize.ts';
import { groupOf, type GroupChoice } from '#lib/analysis/parameterGroup.ts';
import { layoutOf } from '#lib/network/layout.ts';
import type { Network } from '#lib/network/program.ts';
import { formatBytes, formatCount } from '#lib/session/words.ts';
import { useHydrated } from '#components/useHydrated.ts';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';

/** Browsers that tell it at all tell it in whole gigabytes of 2³⁰ bytes, and the largest devices as less than they are. */
const GIBIBYTE = 2 ** 30;

/** What the browser says of the device's memory; null where it keeps that to itself. */
const deviceGibibytes = (): number | null => ('deviceMemory' in navigator && typeof navigator.deviceMemory === 'number' ? navigator.deviceMemory : null);

/** Where no memory is told, the limit is stated for this much. */
const ASSUMED_GIBIBYTES = 8;

type HessianSizeNoteProps = { readonly network: Network; readonly choice: GroupChoice };

export function HessianSizeNote({ network, choice }: HessianSizeNoteProps) {
  const isHydrated = useHydrated();
  const { size: parameters } = groupOf(layoutOf(network), choice);
  const { matrixBytes, vectorBytes, products } = hessianSizeOf(parameters);
  const told = isHydrated ? deviceGibibytes() : null;
  const gibibytes = told ?? ASSUMED_GIBIBYTES;
  const most = largestWhole(gibibytes * GIBIBYTE);
  const matrix = { parameters: formatCount(parameters), matrix: formatBytes(matrixBytes) };
  return (
    <p className={`${panel.small} ${panel.soft}`} data-hessian-size={matrixBytes}>
      {say(parameters > most ? 'hessian.infeasible' : 'hessian.fits', matrix)} {say(told === null ? 'hessian.limit.untold' : 'hessian.limit', { memory: gibibytes, most: formatCount(most) })}{' '}
      {say('hessian.products', { vector: formatBytes(vectorBytes), products: formatCount(products) })}
    </p>
  );
}
