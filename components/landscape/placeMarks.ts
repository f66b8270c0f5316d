/**
 * Puts labels and marks where they belong over a view, each time it is drawn.
 *
 * Elements say what they are in data attributes (a mark: `data-mark` with a and b; a tick: `data-tick`);
 * positions go through the style object, which a strict content policy allows. No React.
 */
import { isHidden, planeCorner, xOf, yOf, type Vector } from './scene.ts';
import { spreadPins, stemOf, type Box, type PinPlace, type PinToSpread } from './spreadPins.ts';
import type { StageView } from './stage.ts';
import { MAP, type ViewRoom } from './viewLayout.ts';

type Pixel = readonly [x: number, y: number];

/** Pixels between an edge of the floor and the middle of its labels. */
const TICK_AWAY = 17;
const TITLE_AWAY = 40;
/** Labels nearer to each other than this are left out. */
const CROWDED = 30;
/** Width of a letter of a title, more or less. */
const LETTER = 7.4;
/** Half the width of a tick's number, and the height of a line, more or less. */
const TICK_HALF = 12;
const TITLE_LINE = 17;
/** Room a checkpoint's name takes beside its letters, and from line to line. */
const NAME_AWAY = 26;
const NAME_HEIGHT = 19;

export function placeMarks(root: HTMLElement, view: StageView): void {
  const { room } = view;
  move(root, room.x, room.y);
  root.style.width = `${room.width}px`;
  root.style.height = `${room.height}px`;
  for (const element of root.querySelectorAll<HTMLElement>('[data-mark]')) placeMark(element, view);
  placePins(root, room, hideCrowdedNames(root));
  placeAxis(root, view, 'alpha');
  placeAxis(root, view, 'beta');
  placeHeights(root, view);
}

function placeMark(element: HTMLElement, view: StageView): void {
  const point = { a: Number(element.dataset.a), b: Number(element.dataset.b) };
  const { scene, room } = view;
  const isFlat = room.id === MAP;
  const place: Vector = [xOf(scene, point.a), yOf(scene, point.b), isFlat ? 0 : (view.heightOver(point) ?? 0)];
  const isInside = Math.abs(place[0]) <= scene.width / 2 + 1e-6 && Math.abs(place[1]) <= scene.depth / 2 + 1e-6;
  const [x, y, depth] = view.viewport.project([...place]) as [number, number, number];
  const isSeen = isInside && depth > -1 && depth < 1 && x > -40 && y > -40 && x < room.width + 40 && y < room.height + 40;
  element.hidden = !isSeen;
  if (!isSeen) return;
  move(element, x, y);
  element.dataset.side = x > room.width - 190 ? 'left' : 'right';
  if (!isFlat) {
    const eye = view.viewport.unproject([x, y, -1]) as [number, number, number];
    element.toggleAttribute('data-behind', isHidden(scene, view.heightOver, place, eye));
  }
}

/** Of checkpoint names that would cover each other only one is shown, the end of a trajectory before its start; titles still tell. Returns where the shown ones are. */
function hideCrowdedNames(root: HTMLElement): readonly Box[] {
  const shown: Box[] = [];
  const names = [...root.querySelectorAll<HTMLElement>('[data-mark="checkpoint"] > [data-name]')];
  const rank = ({ dataset }: HTMLElement) => (dataset.name === 'last' ? 0 : dataset.name === 'alone' ? 1 : 2);
  for (const name of names.sort((one, other) => rank(one) - rank(other))) {
    const mark = name.parentElement!;
    if (mark.hidden) continue;
    const { x, y } = placeOf(mark);
    const width = name.textContent.length * LETTER + NAME_AWAY;
    const left = mark.dataset.side === 'left' ? x - width : x;
    const box = { left, right: left + width, top: y - NAME_HEIGHT / 2, bottom: y + NAME_HEIGHT / 2 };
    name.hidden = shown.some((other) => box.top < other.bottom && other.top < box.bottom && box.left < other.right && other.left < box.right);
    if (!name.hidden) shown.push(box);
  }
  return shown;
}

/** Height of the buttons that lie over the uppermost view. */
const TOOLBAR = 48;

/** Where each pin stood when it was last placed. */
const stood = new WeakMap<HTMLElement, PinPlace>();

function placePins(root: HTMLElement, room: ViewRoom, names: readonly Box[]): void {
  const marks = new Map<string, HTMLElement>();
  const pins: PinToSpread[] = [];
  for (const mark of root.querySelectorAll<HTMLElement>('[data-mark="pin"]')) {
    if (mark.hidden) continue;
    const id = String(pins.length);
    marks.set(id, mark);
    pins.push({ id, ...placeOf(mark), text: mark.dataset.text ?? '', before: stood.get(mark) });
  }
  for (const [id, place] of spreadPins(pins, names, { width: room.width, height: room.height, top: room.y > 0 ? 0 : TOOLBAR })) {
    const mark = marks.get(id)!;
    stood.set(mark, place);
    mark.dataset.side = place.side;
    mark.toggleAttribute('data-folded', place.isFolded);
    mark.toggleAttribute('data-hanging', place.level < 0);
    mark.style.setProperty('--stem', `${stemOf(place)}px`);
    mark.style.setProperty('--depth', String(-Math.abs(place.level)));
  }
}

function placeOf(mark: HTMLElement): { readonly x: number; readonly y: number } {
  const { m41, m42 } = new DOMMatrixReadOnly(mark.style.transform);
  return { x: m41, y: m42 };
}

/** An axis is labelled along that one of its two edges that stands lower on the screen. */
function placeAxis(root: HTMLElement, view: StageView, axis: 'alpha' | 'beta'): void {
  const { scene, room } = view;
  const along = (value: number, side: number): Vector =>
    axis === 'alpha' ? [xOf(scene, value), (side * scene.depth) / 2, 0] : [(side * scene.width) / 2, yOf(scene, value), 0];
  const { min, max } = scene[axis];
  const middle = (min + max) / 2;
  const drop = project(view, along(middle, 1))[1] - project(view, along(middle, -1))[1];
  const side = drop > 1 ? 1 : -1;
  const away = awayFrom(project(view, along(middle, -side)), project(view, along(middle, side)), room.id === MAP, axis);
  let last: Pixel | null = null;
  const ticks: Pixel[] = [];
  for (const element of root.querySelectorAll<HTMLElement>(`[data-tick='${axis}']`)) {
    const edge = project(view, along(Number(element.dataset.value), side));
    const at = kept(room, [edge[0] + away[0] * TICK_AWAY, edge[1] + away[1] * TICK_AWAY]);
    const isCrowded = last !== null && Math.hypot(at[0] - last[0], (at[1] - last[1]) * 1.6) < CROWDED;
    element.hidden = isCrowded || isOutside(room, edge, axis);
    if (element.hidden) continue;
    last = at;
    ticks.push(at);
    move(element, ...at);
  }
  const title = root.querySelector<HTMLElement>(`[data-axis-title='${axis}']`);
  if (!title) return;
  const edge = project(view, along(middle, side));
  const isUpright = room.id === MAP && axis === 'beta';
  title.toggleAttribute('data-upright', isUpright);
  const half = isUpright ? 8 : (title.textContent.length * LETTER) / 2;
  // A title reaches half its width towards the axis; one that stands upright, hardly.
  const reach = TITLE_AWAY + Math.abs(away[0]) * half;
  const [x, y] = kept(room, [edge[0] + away[0] * reach, edge[1] + away[1] * TITLE_AWAY], half);
  move(title, ...(isUpright ? ([x, y] as const) : kept(room, [x, clearOf(ticks, x, y, half)], half)));
}

/** Where a title that the rim has pushed onto its ticks stands clear of them: below. */
function clearOf(ticks: readonly Pixel[], x: number, y: number, half: number): number {
  let clear = y;
  for (const [tickX, tickY] of ticks.toSorted((one, other) => one[1] - other[1])) {
    if (Math.abs(tickX - x) < half + TICK_HALF && Math.abs(tickY - clear) < TITLE_LINE) clear = tickY + TITLE_LINE;
  }
  return clear;
}

/** In the map labels stand straight below or beside; in the relief, away from the middle. */
function awayFrom([x0, y0]: Pixel, [x1, y1]: Pixel, isFlat: boolean, axis: 'alpha' | 'beta'): Pixel {
  if (isFlat) return axis === 'alpha' ? [0, 1] : [-1, 0];
  const length = Math.hypot(x1 - x0, y1 - y0) || 1;
  return [(x1 - x0) / length, Math.max((y1 - y0) / length, 0.35)];
}

/** The loss stands along the upright edge that is farthest left. */
function placeHeights(root: HTMLElement, view: StageView): void {
  const { scene, heightScale, room } = view;
  const ruler = root.querySelector<SVGLineElement>('[data-ruler]');
  const isShown = room.id !== MAP && heightScale !== null && ruler !== null;
  ruler?.toggleAttribute('hidden', !isShown);
  const labels = root.querySelectorAll<HTMLElement>("[data-tick='loss']");
  const title = root.querySelector<HTMLElement>("[data-axis-title='loss']");
  if (title) title.hidden = !isShown;
  for (const label of labels) label.hidden = !isShown;
  if (!isShown) return;
  const corners = ([-1, 1] as const).flatMap((x) => ([-1, 1] as const).map((y) => planeCorner(scene, x, y)));
  const leftmost = corners.toSorted((one, other) => project(view, [...one, 0])[0] - project(view, [...other, 0])[0])[0]!;
  const at = (fraction: number) => project(view, [...leftmost, fraction * scene.height]);
  const [bottom, top] = [at(0), at(1)];
  for (const [name, value] of [['x1', bottom[0]], ['y1', bottom[1]], ['x2', top[0]], ['y2', top[1]]] as const) ruler.setAttribute(name, String(value));
  let last = Infinity;
  for (const label of labels) {
    const [x, y] = at(heightScale.fraction(Number(label.dataset.value)));
    label.hidden = last - y < 16 || Math.abs(bottom[1] - top[1]) < 40;
    if (label.hidden) continue;
    last = y;
    move(label, Math.max(x - 7, 36), y);
  }
  if (title) move(title, Math.max(top[0], (title.textContent.length * LETTER) / 2 + 4), Math.max(12, top[1] - 16));
}

const project = ({ viewport }: StageView, place: Vector): Pixel => {
  const [x = 0, y = 0] = viewport.project([...place]);
  return [x, y];
};

const kept = ({ width, height }: { readonly width: number; readonly height: number }, [x, y]: Pixel, half = 20): Pixel => [
  Math.min(width - half - 4, Math.max(half + 4, x)),
  Math.min(height - 12, Math.max(12, y)),
];

/** A zoomed map keeps its labels at its rim, but only those of what is in sight; in the relief they stay with their edge. */
function isOutside({ id, width, height }: ViewRoom, [x, y]: Pixel, axis: 'alpha' | 'beta'): boolean {
  const [isBeside, isAboveOrBelow] = [x < 0 || x > width, y < 0 || y > height];
  if (id !== MAP) return isBeside || isAboveOrBelow;
  return axis === 'alpha' ? isBeside : isAboveOrBelow;
}

function move(element: HTMLElement, x: number, y: number): void {
  element.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
}
