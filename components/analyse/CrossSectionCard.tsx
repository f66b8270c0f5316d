/** A cut from A to B across a plane: estimated at once, evaluated on request, with the chord test, as a file and as a slice of its own. */
import { useState } from 'react';
import { nonConvexity } from '#lib/analysis/nonConvexity.ts';
import { sayProblems } from '#lib/parsed.ts';
import { formatCoordinate, formatLoss } from '#lib/session/words.ts';
import { useRoomView, useSession } from '#components/session/SessionContext.ts';
import { useMay } from '#components/session/useMay.ts';
import { useGrowth } from '#components/session/useSurface.ts';
import { useWholeSubject } from '#components/session/useWholeSubject.ts';
import type { Section } from '#lib/session/overlays.ts';
import { Button } from '#components/ui/Button.tsx';
import { Field } from '#components/ui/Field.tsx';
import { Toggle } from '#components/ui/Toggle.tsx';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import type { SliceCardProps } from './card.ts';
import { endFile, estimatedAlong, sectionLine, sectionRecipe, sectionSpots, SECTION_POINTS } from './crossSection.ts';
import { download } from './download.ts';
import { EndFields } from './EndFields.tsx';
import { questionOf } from './inspected.ts';
import { Inspecting } from './Inspecting.tsx';
import { MiniChart, type Series } from './MiniChart.tsx';
import { useInspection } from './useInspection.ts';

/** Float64 against float64: what rounding may leave. */
const ROUNDING = { relative: 1e-9, absolute: 1e-12 };

export function CrossSectionCard(props: SliceCardProps) {
  const { overlays, setOverlays } = useRoomView();
  const { section, isCutting } = overlays;
  return (
    <>
      <Toggle label="Choose A and B by clicking the picture (X)" isOn={isCutting} onChange={(next) => setOverlays({ ...overlays, isCutting: next })} />
      <EndFields section={section} onChange={(next) => setOverlays({ ...overlays, section: next })} />
      {section?.to ? <Cut key={JSON.stringify(section)} {...props} section={section} /> : <p className={panel.soft}>{say(section ? 'section.second' : 'section.first')}</p>}
    </>
  );
}

function Cut({ sliceId, recipe, source, geography, section }: SliceCardProps & { readonly section: Section }) {
  useGrowth(source);
  const session = useSession();
  const { edit } = useMay();
  const { crosshair, setCrosshair, chooseSlice } = useRoomView();
  const [isLog, setLog] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const subject = useWholeSubject(recipe.subject);
  const { surface } = source;
  const spots = sectionSpots(section.from, section.to!);
  const ask = () => (subject ? questionOf('values', recipe, subject, session.vectors.of, spots) : null);
  const evaluated = useInspection(geography?.kind === 'known' && subject ? `section ${sliceId} ${JSON.stringify(section)}` : null, ask, false);
  const answer = evaluated.state.kind === 'done' ? evaluated.state.inspection.answer : null;
  const exact = answer?.ask === 'values' ? answer.values : null;
  const at = (index: number): number => index / (SECTION_POINTS - 1);
  const lines = surface.sets.map((set, which) => ({
    set,
    values: exact ? exact.map((spot) => spot[which]!.level.mean) : estimatedAlong(surface, set, spots),
  }));
  const [first] = lines;
  const ends = first ? [first.values[0]!, first.values.at(-1)!] : [];
  const share = crosshair && shareOf(section, crosshair);
  const series: readonly Series[] = [
    ...lines.map(({ set, values }, which): Series => ({
      title: exact ? set : `≈ ${set}, estimated from measured neighbours`,
      points: values.map((value, index) => [at(index), value]),
      look: exact ? (which === 0 ? 'first' : 'second') : 'estimated',
      drawn: 'line',
    })),
    { title: 'chord', points: ends.map((value, index) => [index, value]), look: 'danger', drawn: 'line' },
  ];
  const proof = exact && first ? nonConvexity(sectionLine(first.values), ROUNDING) : null;

  const place = async () => {
    const question = ask();
    if (!question || !subject) return;
    setProblem(null);
    try {
      const named = await Promise.all(
        ([['A', section.from], ['B', section.to!]] as const).map(async ([title, spot]) => {
          const digest = await session.files.keep(endFile(title, spot, question.frame, subject, sliceId));
          return { digest, title };
        }),
      );
      const line = sectionRecipe(recipe, named[0]!, named[1]!);
      await session.vectors.ready(line);
      const outcome = session.place(line);
      if ('problems' in outcome) setProblem(sayProblems(outcome.problems));
      else chooseSlice(outcome.sliceId);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  };

  return (
    <>
      <MiniChart
        label={`Loss from A to B, ${exact ? 'evaluated' : 'estimated'}: ${formatLoss(ends[0] ?? NaN)} at A, ${formatLoss(ends[1] ?? NaN)} at B.`}
        series={series}
        xTitle="from A (0) to B (1)"
        yTitle={isLog ? 'loss (log)' : 'loss'}
        isLog={isLog}
        marker={share}
      />
      <Field label={say('section.along', { at: share === null ? '–' : formatCoordinate(share) })}>
        {(parts) => (
          <input
            {...parts}
            type="range"
            className={panel.range}
            min={0}
            max={1}
            step={at(1)}
            value={share ?? 0}
            onChange={(event) => setCrosshair(spots[Math.round(Number(event.target.value) * (SECTION_POINTS - 1))]!)}
          />
        )}
      </Field>
      {exact ? <p className={proof ? panel.warn : panel.small}>{say(proof ? 'chord.bad' : 'chord.ok')}</p> : <p className={`${panel.small} ${panel.soft}`}>{say('section.estimated')}</p>}
      <Inspecting control={evaluated} what={say('section.evaluate', { n: SECTION_POINTS })} />
      <div className={panel.row}>
        <Toggle label="Log" isOn={isLog} onChange={setLog} />
        <Button size="small" onClick={() => download('tarn-cross-section.csv', csvOf(sliceId, spots, lines, exact !== null))}>
          Save as CSV
        </Button>
        {edit && (
          <Button size="small" icon="plus" disabled={geography?.kind !== 'known' || !subject} onClick={() => void place()}>
            Place as a line slice
          </Button>
        )}
      </div>
      {problem !== null && (
        <p className={panel.warn} role="alert">
          {problem}
        </p>
      )}
    </>
  );
}

/** How far along AB a place lies, by its nearest point of the line. */
function shareOf({ from, to }: Section, { a, b }: { readonly a: number; readonly b: number }): number {
  const [da, db] = [to!.a - from.a, to!.b - from.b];
  return ((a - from.a) * da + (b - from.b) * db) / (da * da + db * db);
}

function csvOf(sliceId: string, spots: ReturnType<typeof sectionSpots>, lines: readonly { readonly set: string; readonly values: readonly number[] }[], isExact: boolean): string {
  const head = `# Tarn, cross-section of slice ${sliceId}, ${isExact ? 'evaluated in float64' : 'estimated from measured neighbours'}`;
  const rows = spots.map(({ a, b }, index) => [index / (spots.length - 1), a, b, ...lines.map(({ values }) => values[index])].join(','));
  return [head, ['t', 'alpha', 'beta', ...lines.map(({ set }) => `loss_${set}`)].join(','), ...rows, ''].join('\n');
}
