/** Where the oblique plane stands, in numbers: fields with − and +, steps of 15°, and the points it can be made to pass through. */
import { useState } from 'react';
import type { Triple } from '#lib/slice/cut.ts';
import { FLAT, stepped, through, wrapped, type Pose } from '#lib/slice/pose.ts';
import { Button } from '#components/ui/Button.tsx';
import { TextField } from '#components/ui/Field.tsx';
import { Select } from '#components/ui/Select.tsx';
import { Toggle } from '#components/ui/Toggle.tsx';
import { AXIS_NAMES } from '#lib/session/words.ts';
import styles from './Volume.module.css';

/** A point inside the volume's space that a plane can pass through. */
export type Landmark = { readonly id: string; readonly title: string; readonly place: Triple };

type CutFieldsProps = {
  readonly pose: Pose;
  /** How far one press of ± moves. */
  readonly step: number;
  readonly snap: number;
  readonly onSnap: (snap: number) => void;
  readonly onPose: (pose: Pose) => void;
  readonly landmarks: readonly Landmark[];
};

const ANGLES = [
  { key: 'turn', title: 'Turn °' },
  { key: 'tilt', title: 'Tilt °' },
  { key: 'roll', title: 'Roll °' },
] as const;
export const SNAP_DEGREES = 15;

export function CutFields({ pose, step, snap, onSnap, onPose, landmarks }: CutFieldsProps) {
  const at = (index: number, value: number): Pose => ({ ...pose, at: pose.at.map((each, axis) => (axis === index ? Number(value.toFixed(9)) : each)) as [number, number, number] });
  return (
    <div className={styles.fields}>
      <div className={styles.numbers} role="group" aria-label="Where the middle of the plane is">
        {AXIS_NAMES.map((name, index) => (
          <NumberField key={name} label={name} value={pose.at[index]!} onValue={(value) => onPose(at(index, value))} onStep={(sign) => onPose(at(index, pose.at[index]! + sign * step))} />
        ))}
      </div>
      <div className={styles.numbers} role="group" aria-label="How the plane is turned">
        {ANGLES.map(({ key, title }) => (
          <NumberField
            key={key}
            label={title}
            value={pose[key]}
            onValue={(value) => onPose({ ...pose, [key]: wrapped(value) })}
            onStep={(sign) => onPose({ ...pose, [key]: snap > 0 ? stepped(pose[key], snap, sign) : wrapped(pose[key] + sign) })}
          />
        ))}
      </div>
      <div className={styles.row}>
        <Toggle kind="checkbox" label="Steps of 15°" isOn={snap > 0} onChange={(isOn) => onSnap(isOn ? SNAP_DEGREES : 0)} />
        <Button size="small" onClick={() => onPose(FLAT)}>
          Lay flat
        </Button>
        {landmarks.length > 0 && (
          <div className={styles.through}>
            <Select
              label={<span className="aside">Pass through</span>}
              value=""
              options={[{ value: '', title: 'Pass through …' }, ...landmarks.map(({ id, title }) => ({ value: id, title }))]}
              onChange={(id) => {
                const found = landmarks.find((landmark) => landmark.id === id);
                if (found) onPose(through(pose, found.place));
              }}
            />
          </div>
        )}
      </div>
    </div>
  );
}

type NumberFieldProps = { readonly label: string; readonly value: number; readonly onValue: (value: number) => void; readonly onStep: (sign: -1 | 1) => void };

/** A number that is typed, or moved by − and +. What cannot be read leaves it as it was. */
function NumberField({ label, value, onValue, onStep }: NumberFieldProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typed ?? String(Number(value.toFixed(3)));
  return (
    <div className={styles.number}>
      <Button size="small" icon="minus" label={`Less ${label}`} onClick={() => onStep(-1)} />
      <TextField
        label={label}
        inputMode="decimal"
        value={shown}
        onChange={(text) => {
          setTyped(text);
          const next = Number(text.trim().replace('−', '-').replace(',', '.'));
          if (text.trim() !== '' && Number.isFinite(next) && Math.abs(next) <= 1e6) onValue(next);
        }}
        onBlur={() => setTyped(null)}
      />
      <Button size="small" icon="plus" label={`More ${label}`} onClick={() => onStep(1)} />
    </div>
  );
}
