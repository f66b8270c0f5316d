/** How the picture is drawn. Nothing here computes anything; all of it travels in the link. */
import { useState } from 'react';
import { DEFAULT_CAMERA } from '#lib/session/camera.ts';
import { COLOUR_MAPS, DEFAULT_LOOK, lookSchema, type Look } from '#lib/session/look.ts';
import { read } from '#lib/parsed.ts';
import type { LossRange } from '#lib/work/surface.ts';
import { rangesOf } from '#lib/slice/recipe.ts';
import { COLOUR_MAP_TITLES } from '#components/landscape/colourMaps.ts';
import { Button } from '#components/ui/Button.tsx';
import { Field, TextField } from '#components/ui/Field.tsx';
import { Segments } from '#components/ui/Segments.tsx';
import { Select } from '#components/ui/Select.tsx';
import { Toggle } from '#components/ui/Toggle.tsx';
import { useRoomView } from '#components/session/SessionContext.ts';
import styles from './Panel.module.css';

const SCALE_SEGMENTS = [
  { value: 'linear', title: 'Linear' },
  { value: 'log', title: 'Logarithmic' },
] as const;

export function LookPanel({ measured }: { readonly measured: LossRange | null }) {
  const { look, setLook, setCamera, camera, slice } = useRoomView();
  const change = (part: Partial<Look>) => setLook({ ...look, ...part });
  const isPlane = !slice || rangesOf(slice.recipe).length > 1;
  return (
    <div className={styles.panel}>
      <section className={styles.section}>
        <h2>Colour</h2>
        {isPlane && (
          <Select label="Colour map" value={look.colourMap} options={COLOUR_MAPS.map((value) => ({ value, title: COLOUR_MAP_TITLES[value] }))} onChange={(colourMap) => change({ colourMap })} />
        )}
        <Segments label="Colour scale" value={look.colourScale} segments={SCALE_SEGMENTS} onChange={(colourScale) => change({ colourScale })} />
        <RangeFields key={look.range === 'auto' ? 'auto' : `${look.range.min} ${look.range.max}`} measured={measured} />
      </section>
      <section className={styles.section}>
        <h2>Shape</h2>
        <Segments label="Height scale" value={look.heightScale} segments={SCALE_SEGMENTS} onChange={(heightScale) => change({ heightScale })} />
        <Slider label="Exaggeration" value={look.exaggeration} min={0.1} max={5} step={0.1} unit="×" onChange={(exaggeration) => change({ exaggeration })} />
        <Toggle label="Contour lines" isOn={look.contours} onChange={(contours) => change({ contours })} />
        {look.contours && <Slider label="Lines" value={look.contourCount} min={2} max={40} step={1} unit="" onChange={(contourCount) => change({ contourCount })} />}
      </section>
      <div className={styles.row}>
        <Button size="small" onClick={() => setLook({ ...DEFAULT_LOOK, set: look.set })}>
          Usual look
        </Button>
        <Button size="small" onClick={() => setCamera({ ...DEFAULT_CAMERA, view: camera.view })}>
          Reset the view
        </Button>
      </div>
    </div>
  );
}

function RangeFields({ measured }: { readonly measured: LossRange | null }) {
  const { look, setLook } = useRoomView();
  const given = look.range === 'auto' ? null : look.range;
  const [min, setMin] = useState(given ? String(given.min) : '');
  const [max, setMax] = useState(given ? String(given.max) : '');
  const wanted = read(lookSchema, { ...look, range: { min: min.trim() === '' ? NaN : Number(min), max: max.trim() === '' ? NaN : Number(max) } });

  if (!given) {
    return (
      <div className={styles.spread}>
        <span className={styles.soft}>Range follows what is measured</span>
        <Button size="small" disabled={!measured} onClick={() => measured && setLook({ ...look, range: { min: Number(measured.min.toPrecision(4)), max: Number(measured.max.toPrecision(4)) } })}>
          Set by hand
        </Button>
      </div>
    );
  }
  const keep = () => {
    if (wanted.ok) setLook(wanted.value);
  };
  return (
    <form
      className={styles.section}
      onSubmit={(event) => {
        event.preventDefault();
        keep();
      }}
    >
      <div className={styles.pair}>
        <TextField label="Lowest colour" inputMode="decimal" value={min} onChange={setMin} />
        <TextField label="Highest colour" inputMode="decimal" value={max} problem={wanted.ok ? undefined : 'both ends must be numbers, the upper above the lower'} onChange={setMax} />
      </div>
      <div className={styles.row}>
        <Button size="small" type="submit" disabled={!wanted.ok}>
          Use this range
        </Button>
        <Button size="small" onClick={() => setLook({ ...look, range: 'auto' })}>
          Follow what is measured
        </Button>
      </div>
    </form>
  );
}

type SliderProps = { readonly label: string; readonly value: number; readonly min: number; readonly max: number; readonly step: number; readonly unit: string; readonly onChange: (value: number) => void };

function Slider({ label, value, min, max, step, unit, onChange }: SliderProps) {
  return (
    <Field label={`${label}: ${Number(value.toFixed(2))}${unit}`}>
      {(parts) => <input {...parts} type="range" className={styles.range} min={min} max={max} step={step} value={value} onChange={(event) => onChange(Number(event.target.value))} />}
    </Field>
  );
}
