/** Families of networks that differ in shortcuts, depth or width: chosen here, priced, and placed side by side with one press. Needs no slice. */
import { useState } from 'react';
import { layoutOf } from '#lib/network/layout.ts';
import { testErrorOf } from '#lib/network/subject.ts';
import { formatCount, formatShare } from '#lib/session/words.ts';
import { familiesIn, familyPlane, familySlices, USUAL_PLANE, workBeside, type Family } from '#lib/slice/families.ts';
import { readRecipe, type SliceRecipe } from '#lib/slice/recipe.ts';
import { etaRange } from '#components/durations.ts';
import { priceWords, useSlicePrice } from '#components/analyse/useSlicePrice.ts';
import { useSession } from '#components/session/SessionContext.ts';
import { useMay } from '#components/session/useMay.ts';
import { Button } from '#components/ui/Button.tsx';
import { ProblemText, TextField } from '#components/ui/Field.tsx';
import { Select } from '#components/ui/Select.tsx';
import { useStore } from '#components/useStore.ts';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import table from '#components/analyse/Analyse.module.css';
import { familyTitle, memberTitle } from './familyWords.ts';
import { usePlaceFamily } from './usePlaceFamily.ts';

export function FamilyCard() {
  const session = useSession();
  const families = familiesIn(useStore(session.catalogue));
  const [chosen, setChosen] = useState(0);
  const family = families[Math.min(chosen, families.length - 1)];
  if (!family) return <p role="status">{say('family.placing')}</p>;
  return (
    <div className={panel.section}>
      <p className={`${panel.small} ${panel.soft}`}>{say('family.intro')}</p>
      <Select label="Family" value={String(families.indexOf(family))} options={families.map((each, index) => ({ value: String(index), title: familyTitle(each) }))} onChange={(value) => setChosen(Number(value))} />
      <Members family={family} />
      <p className={`${panel.small} ${panel.soft}`}>{say(`family.${family.kind}.about`)}</p>
      {family.published && <p className={`${panel.small} ${panel.soft}`}>{say('family.published', { networks: family.published.networks.join(', ') })}</p>}
      <PlaceForm key={familyTitle(family)} family={family} />
    </div>
  );
}

function Members({ family }: { readonly family: Family }) {
  const { members, published } = family;
  const errors = members.map(({ manifest }) => testErrorOf(manifest, manifest.checkpoints.at(-1)!.id));
  const counts = [...new Set(errors.flatMap((error) => (error ? [error.samples] : [])))];
  return (
    <table className={table.table}>
      <thead>
        <tr>
          <th scope="col">network</th>
          <th scope="col">parameters</th>
          <th scope="col">{counts.length === 1 ? `test error, of ${formatCount(counts[0]!)}` : 'test error'}</th>
          {published && <th scope="col">Li et al.</th>}
        </tr>
      </thead>
      <tbody>
        {members.map(({ id, manifest }, index) => (
          <tr key={id}>
            <th scope="row">{memberTitle(family, manifest)}</th>
            <td>{formatCount(layoutOf(manifest.network).size)}</td>
            <td className={table.whole}>{errors[index] ? formatShare(errors[index].error) : '–'}</td>
            {published && <td className={table.whole}>{`${published.testError[index]!.toFixed(2)} %`}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type Draft = { readonly count: string; readonly reach: string; readonly samples: string; readonly seeds: readonly [string, string] };

const USUAL_DRAFT: Draft = { count: String(USUAL_PLANE.count), reach: String(USUAL_PLANE.reach), samples: String(USUAL_PLANE.samples), seeds: [String(USUAL_PLANE.seeds[0]), String(USUAL_PLANE.seeds[1])] };

function PlaceForm({ family }: { readonly family: Family }) {
  const { edit } = useMay();
  const [draft, setDraft] = useState(USUAL_DRAFT);
  const { place, isPlacing, refusal } = usePlaceFamily();
  const change = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const plane = familyPlane(family, { count: Number(draft.count), reach: Number(draft.reach), samples: Number(draft.samples), seeds: [Number(draft.seeds[0]), Number(draft.seeds[1])] });
  const manifestOf = (subject: string) => family.members.find(({ id }) => id === subject)?.manifest;
  const read = readRecipe(plane, manifestOf);
  const problemAt = (...paths: readonly string[]) => (read.ok ? undefined : read.problems.find(({ path }) => paths.some((each) => path.startsWith(each)))?.message);
  const slices = read.ok ? familySlices(read.value, family) : null;
  if (!edit) return null;
  return (
    <>
      <div className={panel.pair}>
        <TextField label="Points along each axis" inputMode="numeric" value={draft.count} problem={problemAt('axes.0.count')} onChange={(count) => change({ count })} />
        <TextField label="Reach, ±" inputMode="decimal" value={draft.reach} problem={problemAt('axes.0.min', 'axes.0.max')} onChange={(reach) => change({ reach })} />
      </div>
      <div className={panel.pair}>
        <TextField label="Seed of α" inputMode="numeric" value={draft.seeds[0]} problem={problemAt('axes.0.direction')} onChange={(seed) => change({ seeds: [seed, draft.seeds[1]] })} />
        <TextField label="Seed of β" inputMode="numeric" value={draft.seeds[1]} problem={problemAt('axes.1.direction')} onChange={(seed) => change({ seeds: [draft.seeds[0], seed] })} />
      </div>
      <TextField
        label={`Training samples, of ${formatCount(Math.min(...family.members.map(({ manifest }) => manifest.dataset.samples.train)))}`}
        inputMode="numeric"
        value={draft.samples}
        problem={problemAt('samples')}
        onChange={(samples) => change({ samples })}
      />
      {slices && <FamilyPrice plane={plane} slices={slices} family={family} />}
      <div className={panel.row}>
        <Button size="small" tone="accent" icon="both" disabled={!slices || isPlacing} onClick={() => slices && void place(slices)}>
          {say(isPlacing ? 'family.placing' : 'family.place', isPlacing ? {} : { n: family.members.length })}
        </Button>
      </div>
      <ProblemText text={refusal} />
    </>
  );
}

/** The first network is tried for a moment; the others are reckoned from its rate and their multiply-adds, so that nothing else is fetched yet. */
function FamilyPrice({ plane, slices, family }: { readonly plane: SliceRecipe; readonly slices: readonly SliceRecipe[]; readonly family: Family }) {
  const price = useSlicePrice(plane);
  const { members } = family;
  if (price.kind !== 'known') return <p role="status">{priceWords(price)}</p>;
  const seconds = price.price.seconds * workBeside(plane, slices, (subject) => members.find(({ id }) => id === subject)?.manifest);
  const [lo, hi] = etaRange(seconds);
  return (
    <p role="status" data-family-price={seconds}>
      {say('family.price', { lo, hi, n: members.length, network: members[0]!.manifest.title })}
    </p>
  );
}
