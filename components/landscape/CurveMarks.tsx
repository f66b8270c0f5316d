/** Pins, people and checkpoints over the chart of a line slice. */
import type { SurfaceView } from '#lib/work/surface.ts';
import type { CurveScales, Frame } from './curveShape.ts';
import { PersonMark, PinMark, Whisker } from './MarkShapes.tsx';
import { checkpointWords, cssOf, opacitiesOf, whiskersOf, type CheckpointMark, type PersonCursor, type Pin } from './marks.ts';
import { spreadPins, stemOf } from './spreadPins.ts';
import type { Look } from '#lib/session/look.ts';
import styles from './Overlay.module.css';
import curveStyles from './CurveView.module.css';

export type CurveMarksProps = {
  readonly surface: SurfaceView;
  readonly look: Look;
  readonly scales: CurveScales;
  readonly frame: Frame;
  readonly width: number;
  readonly pins: readonly Pin[];
  readonly onPin: (id: string) => void;
  readonly people: readonly PersonCursor[];
  readonly checkpoints: readonly CheckpointMark[];
};

export function CurveMarks({ surface, look, scales, frame, width, pins, onPin, people, checkpoints }: CurveMarksProps) {
  const axis = surface.tiling.grid.axes[0]!;
  const isInside = ({ a }: { readonly a: number }) => a >= axis.min && a <= axis.max;
  const opacities = opacitiesOf(checkpoints);
  const whiskers = whiskersOf(checkpoints);
  const named = namedMarks(checkpoints.filter(isInside), scales.xOf);
  const heightOf = (a: number): number => {
    const loss = surface.estimateAt(look.set, a, 0);
    return loss === null ? frame.bottom : scales.yOf(loss);
  };
  const shownPins = pins.filter(isInside);
  const places = spreadPins(
    shownPins.map(({ id, a, text }) => ({ id, x: scales.xOf(a), y: heightOf(a), text, before: undefined })),
    [],
    { width, height: frame.bottom, top: frame.top },
  );
  const placed = (a: number, y: number) => ({
    style: { transform: `translate(${scales.xOf(a)}px, ${y}px)` },
    'data-side': scales.xOf(a) > width - 190 ? 'left' : 'right',
  });
  return (
    <div className={curveStyles.marks}>
      {checkpoints.map((mark, index) => {
        const words = checkpointWords(mark, 'outside this line');
        return (
          isInside(mark) && (
            <span key={mark.id} className={styles.mark} {...placed(mark.a, frame.bottom)}>
              <Whisker length={whiskers[index]!} />
              <span className={styles.bead} style={{ opacity: opacities[index], ...(mark.colour && { ['--bead' as string]: cssOf(mark.colour) }) }} role="img" aria-label={words} title={words} />
              {named.has(mark.id) && <span className={curveStyles.checkpointName}>{mark.of === undefined ? mark.title : `${mark.of}: ${mark.title}`}</span>}
            </span>
          )
        );
      })}
      {people.filter(isInside).map((person) => (
        <span key={person.id} className={styles.mark} {...placed(person.a, heightOf(person.a))}>
          <PersonMark person={person} isNamed />
        </span>
      ))}
      {shownPins.map((pin) => {
        const place = places.get(pin.id)!;
        const transform = `translate(${scales.xOf(pin.a)}px, ${heightOf(pin.a)}px)`;
        return (
          <span
            key={pin.id}
            className={styles.mark}
            data-mark="pin"
            data-side={place.side}
            data-folded={place.isFolded ? '' : undefined}
            data-hanging={place.level < 0 ? '' : undefined}
            style={{ transform, ['--stem' as string]: `${stemOf(place)}px`, ['--depth' as string]: -Math.abs(place.level) }}
          >
            <PinMark pin={pin} onPin={onPin} />
          </span>
        );
      })}
    </div>
  );
}

/** Width of a letter of a name, more or less, and the room between two names. */
const LETTER = 6.2;
const BETWEEN = 12;

/** Which checkpoints are named below the axis: those on the line first, then the others, as far as they have room. */
function namedMarks(marks: readonly CheckpointMark[], xOf: (a: number) => number): ReadonlySet<string> {
  const taken: { readonly from: number; readonly to: number }[] = [];
  const named = new Set<string>();
  const ends = marks.filter((mark, index) => mark.onPlane || index === 0 || index === marks.length - 1);
  for (const { id, a, title } of ends.toSorted((one, other) => Number(other.onPlane) - Number(one.onPlane))) {
    const half = (title.length * LETTER + BETWEEN) / 2;
    const [from, to] = [xOf(a) - half, xOf(a) + half];
    if (taken.some((each) => from < each.to && each.from < to)) continue;
    taken.push({ from, to });
    named.add(id);
  }
  return named;
}
