/** Canvases that can be drawn at once, so that their picture can be read in the same turn: a WebGL canvas forgets it after that. */
const redraws = new WeakMap<Element, () => void>();

/** @param holder the element whose canvas `draw` draws */
export const canRedraw = (holder: Element, draw: () => void): void => void redraws.set(holder, draw);

/** Draws a canvas now, where its owner said how. */
export function redraw(canvas: HTMLCanvasElement): void {
  for (let element: Element | null = canvas; element; element = element.parentElement) {
    const draw = redraws.get(element);
    if (draw) return draw();
  }
}
