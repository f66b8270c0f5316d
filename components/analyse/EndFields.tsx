/** The ends of a cross-section as numbers: the way without a pointer. */
import { useState } from 'react';
import { Button } from '#components/ui/Button.tsx';
import { TextField } from '#components/ui/Field.tsx';
import type { Section } from '#lib/session/overlays.ts';
import panel from '#components/panels/Panel.module.css';

type EndFieldsProps = { readonly section: Section | null; readonly onChange: (section: Section | null) => void };

export function EndFields({ section, onChange }: EndFieldsProps) {
  const text = section ? [section.from.a, section.from.b, section.to?.a, section.to?.b].map((value) => (value === undefined ? '' : String(Number(value.toPrecision(6))))) : ['-0.5', '0', '0.5', '0'];
  return <Fields key={text.join(' ')} text={text} isDrawn={section !== null} onChange={onChange} />;
}

const NAMES = ['A: α', 'A: β', 'B: α', 'B: β'] as const;

function Fields({ text, isDrawn, onChange }: { readonly text: readonly string[]; readonly isDrawn: boolean; readonly onChange: EndFieldsProps['onChange'] }) {
  const [typed, setTyped] = useState(text);
  const [a = NaN, b = NaN, c = NaN, d = NaN] = typed.map((each) => (each.trim() === '' ? NaN : Number(each)));
  const isWhole = [a, b, c, d].every(Number.isFinite) && (a !== c || b !== d);
  return (
    <form
      className={panel.section}
      onSubmit={(event) => {
        event.preventDefault();
        if (isWhole) onChange({ from: { a, b }, to: { a: c, b: d } });
      }}
    >
      <div className={panel.pair}>
        {NAMES.map((name, index) => (
          <TextField key={name} label={name} inputMode="decimal" value={typed[index] ?? ''} onChange={(value) => setTyped(typed.map((each, at) => (at === index ? value : each)))} />
        ))}
      </div>
      <div className={panel.row}>
        <Button size="small" type="submit" disabled={!isWhole}>
          Cut here
        </Button>
        {isDrawn && (
          <Button size="small" onClick={() => onChange(null)}>
            Take it away
          </Button>
        )}
      </div>
    </form>
  );
}
