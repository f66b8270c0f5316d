/** The files that a slice leaves as: its picture, its values and its manifest, each with what the panel says. */
import { useState } from 'react';
import { honestyLines } from '#lib/session/honesty/facts.ts';
import { sliceTitle } from '#lib/session/sliceTitle.ts';
import type { SurfaceManifest } from '#lib/wire/manifest.ts';
import { surfaceCsv } from '#lib/wire/surfaceCsv.ts';
import { surfaceValues } from '#lib/wire/surfaceJson.ts';
import { download } from '#components/analyse/download.ts';
import { useSession } from '#components/session/SessionContext.ts';
import { Button } from '#components/ui/Button.tsx';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import { pictureFile } from './pictureFile.ts';
import type { Honesty, Shown } from './useHonesty.ts';

type ExportsProps = { readonly shown: Shown; readonly honesty: Honesty };

export function Exports({ shown: { sliceId, recipe, manifest, source }, honesty: { lead, whole } }: ExportsProps) {
  const session = useSession();
  const [problem, setProblem] = useState<string | null>(null);
  const name = sliceId.slice(0, 12);

  async function description(): Promise<void> {
    const answer = await fetch(`/api/v1/sessions/${session.id}/slices/${sliceId}/manifest`);
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    const given = (await answer.json()) as SurfaceManifest;
    // This page has the weights, so it can say more than the server did.
    download(`${name}.manifest.json`, `${JSON.stringify({ ...given, honesty: whole }, null, 2)}\n`, 'application/json');
  }

  /** All layers of a volume, not only the shown one. */
  function values(): void {
    const all = session.surfaces.of(sliceId);
    if (!all) throw new Error('its values have not arrived yet');
    download(`${name}.csv`, surfaceCsv({ ...surfaceValues(all.surface, recipe), honesty: whole }));
  }

  async function picture(): Promise<void> {
    const stage = document.querySelector('[data-stage]');
    if (!stage) throw new Error('no picture is drawn');
    download(`${name}.png`, await pictureFile(stage, { title: sliceTitle(recipe, manifest), lead, lines: honestyLines(whole) }));
  }

  const act = (save: () => void | Promise<void>) => () => {
    setProblem(null);
    Promise.resolve()
      .then(save)
      .catch((error: unknown) => setProblem(say('export.failed', { reason: error instanceof Error ? error.message : String(error) })));
  };

  return (
    <div className={panel.section}>
      <p className={`${panel.small} ${panel.soft}`}>{say('export.what')}</p>
      <div className={panel.row}>
        <Button size="small" disabled={!source} onClick={act(picture)}>
          Picture (PNG)
        </Button>
        <Button size="small" disabled={!source} onClick={act(values)}>
          Values (CSV)
        </Button>
        <Button size="small" title={say('export.manifest')} onClick={act(description)}>
          Manifest
        </Button>
      </div>
      {problem !== null && (
        <p className={panel.warn} role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
