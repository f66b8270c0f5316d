/** The counter-example beside a number: the same network with one layer grown and the next shrunk, asked the same, and whether the number stays. */
import { useState } from 'react';
import type { Rescaled } from '#lib/analysis/requests/curvaturePoint.ts';
import type { AnalysisRequest, UnitOf } from '#lib/analysis/requests/requests.ts';
import { rescalablePairs } from '#lib/analysis/rescaling.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import { formatLoss, formatRoughLoss } from '#lib/session/words.ts';
import { Disclosure } from '#components/ui/Disclosure.tsx';
import { Field } from '#components/ui/Field.tsx';
import { Select } from '#components/ui/Select.tsx';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import styles from './Analyse.module.css';
import { AskedFrame } from './AskedFrame.tsx';
import { isSameNumber, type Measured } from './twinNumbers.ts';
import { useUnits } from './useUnits.ts';

export type TwinKind = 'spectrum' | 'trace' | 'boxSharpness' | 'filterCurvature';

type RescaledTwinProps<Name extends TwinKind> = {
  readonly request: Extract<AnalysisRequest, { readonly kind: Name }>;
  readonly manifest: SubjectManifest;
  /** What the number is called. */
  readonly title: string;
  /** The number, of the results that are here; null while it cannot be said. */
  readonly numberOf: (units: readonly UnitOf<Name>[]) => Measured | null;
};

export function RescaledTwin<Name extends TwinKind>(props: RescaledTwinProps<Name>) {
  const pairs = rescalablePairs(props.manifest.network);
  const [first] = pairs;
  const legal = pairs.filter(({ reason }) => reason === null);
  return (
    <Disclosure title={say('twin.title')} isMadeWhenOpen>
      <p className={panel.small}>{say('twin.what')}</p>
      {legal.length > 0 ? (
        <Asked {...props} layers={legal.map(({ from, to }) => ({ value: from, title: `${from} × s, ${to} ÷ s` }))} />
      ) : (
        <p className={panel.soft}>{first ? say('rescale.refused', { from: first.from, to: first.to, reason: first.reason ?? '' }) : say('rescale.none')}</p>
      )}
    </Disclosure>
  );
}

function Asked<Name extends TwinKind>({ request, manifest, title, numberOf, layers }: RescaledTwinProps<Name> & { readonly layers: readonly { readonly value: string; readonly title: string }[] }) {
  const [from, setFrom] = useState(layers[0]!.value);
  const [power, setPower] = useState(2);
  const rescaled: Rescaled = { from, factor: 2 ** power };
  const asked = { ...request, rescaled } as Extract<AnalysisRequest, { readonly kind: Name }>;
  const own = numberOf(useUnits(request) as readonly UnitOf<Name>[]);
  return (
    <>
      <Select label="Layers" value={from} options={layers} onChange={setFrom} />
      <Field label={`s = ${power < 0 ? `1/${2 ** -power}` : 2 ** power}`}>
        {(parts) => <input {...parts} type="range" className={panel.range} min={-4} max={4} step={1} value={power} onChange={(event) => setPower(Number(event.target.value))} />}
      </Field>
      <AskedFrame manifest={manifest} request={asked} caveat={say('twin.caveat')} citation={say('twin.source')}>
        {(units) => {
          const twin = numberOf(units.flatMap((unit) => (unit === null ? [] : [unit])));
          return own && twin ? <Outcome {...{ own, twin, title }} factor={rescaled.factor} /> : <p className={panel.soft}>{say('twin.wait')}</p>;
        }}
      </AskedFrame>
    </>
  );
}

function Outcome({ own, twin, title, factor }: { readonly own: Measured; readonly twin: Measured; readonly title: string; readonly factor: number }) {
  const stays = isSameNumber(own, twin);
  return (
    <>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">the same network</th>
            <th scope="col">as it is</th>
            <th scope="col">rescaled by {factor}</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{title}</th>
            {[own, twin].map((each, index) => (
              <td key={index}>{measuredWords(each)}</td>
            ))}
          </tr>
          {own.loss !== undefined && twin.loss !== undefined && (
            <tr>
              <th scope="row">loss</th>
              {[own.loss, twin.loss].map((loss, index) => (
                <td key={index}>{loss.toPrecision(6)}</td>
              ))}
            </tr>
          )}
        </tbody>
      </table>
      <p role="status" className={stays ? panel.small : panel.warn}>
        {stays ? say('twin.stays', { title }) : say('twin.changes', { title, times: formatLoss(twin.value / own.value) })}
      </p>
    </>
  );
}

const measuredWords = ({ value, error }: Measured): string => (error > 0 ? `${formatLoss(value)} ± ${formatRoughLoss(error)}` : formatLoss(value));
