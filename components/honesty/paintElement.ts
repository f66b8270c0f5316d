/**
 * Paints what an element of the page looks like onto a 2-D canvas: boxes, text, SVG shapes and other canvases, as they are drawn now.
 *
 * A picture of a slice is a WebGL canvas under labels made of HTML: this puts the two together. It knows no slice. What is marked
 * `data-no-picture`, and what only screen readers read, is left out.
 */
import { redraw } from '#components/landscape/redraw.ts';
import { paintSvg, type Paper } from './paintSvg.ts';

export function paintElement(paper: Paper, element: Element): void {
  const style = getComputedStyle(element);
  if (style.display === 'none' || style.visibility === 'hidden' || Number(style.opacity) === 0 || style.clipPath !== 'none' || element.hasAttribute('data-no-picture')) return;
  const { context } = paper;
  context.save();
  context.globalAlpha *= Number(style.opacity);
  if (element instanceof SVGSVGElement) paintSvg(paper, element);
  else {
    const box = element.getBoundingClientRect();
    if (element instanceof HTMLCanvasElement) {
      redraw(element);
      if (element.width > 0 && element.height > 0) context.drawImage(element, box.left - paper.left, box.top - paper.top, box.width, box.height);
    } else paintBox(paper, box, style);
    if (style.overflowX !== 'visible') {
      context.beginPath();
      context.rect(box.left - paper.left, box.top - paper.top, box.width, box.height);
      context.clip();
    }
    for (const child of element.childNodes) {
      if (child instanceof Text) paintText(paper, child, element, style);
      else if (child instanceof Element) paintElement(paper, child);
    }
  }
  context.restore();
}

const isClear = (colour: string): boolean => colour === 'transparent' || /[,/]\s*0\)$/.test(colour);

function paintBox({ context, left, top }: Paper, { left: x, top: y, width, height }: DOMRect, style: CSSStyleDeclaration): void {
  const edge = Number.parseFloat(style.borderTopWidth);
  const hasEdge = edge > 0 && style.borderTopStyle !== 'none' && style.borderBottomWidth === style.borderTopWidth && !isClear(style.borderTopColor);
  if (width === 0 || height === 0 || (isClear(style.backgroundColor) && !hasEdge)) return;
  const radius = style.borderTopLeftRadius.endsWith('%') ? (Math.min(width, height) * Number.parseFloat(style.borderTopLeftRadius)) / 100 : Number.parseFloat(style.borderTopLeftRadius);
  const inset = hasEdge ? edge / 2 : 0;
  context.beginPath();
  context.roundRect(x - left + inset, y - top + inset, width - 2 * inset, height - 2 * inset, Math.max(0, Math.min(radius, width / 2, height / 2) - inset));
  context.fillStyle = style.backgroundColor;
  context.fill();
  if (!hasEdge) return;
  context.lineWidth = edge;
  context.strokeStyle = style.borderTopColor;
  context.stroke();
}

/** Word by word, since a text may go over several lines. */
function paintText({ context, left, top }: Paper, text: Text, parent: Element, style: CSSStyleDeclaration): void {
  context.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  context.fillStyle = style.color;
  context.textBaseline = 'middle';
  context.textAlign = 'center';
  if (style.textOverflow === 'ellipsis' && parent.scrollWidth > parent.clientWidth) {
    const { right, top: y, height } = parent.getBoundingClientRect();
    const whole = document.createRange();
    whole.selectNodeContents(text);
    const { left: x } = whole.getBoundingClientRect();
    context.textAlign = 'left';
    context.fillText(shortened(context, text.data, right - Number.parseFloat(style.paddingRight) - x), x - left, y - top + height / 2);
    return;
  }
  const isUpright = parent.closest('[data-upright]') !== null;
  const range = document.createRange();
  const pieces = isUpright ? [{ index: 0, 0: text.data }] : [...text.data.matchAll(/\S+/g)];
  for (const piece of pieces) {
    range.setStart(text, piece.index);
    range.setEnd(text, piece.index + piece[0].length);
    const { left: x, top: y, width, height } = range.getBoundingClientRect();
    if (width === 0) continue;
    context.save();
    context.translate(x - left + width / 2, y - top + height / 2);
    if (isUpright) context.rotate(-Math.PI / 2);
    context.fillText(piece[0], 0, 0);
    context.restore();
  }
}

/** As the page shortens it: what fits, and an ellipsis. */
export function shortened(context: Pick<CanvasRenderingContext2D, 'measureText'>, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let end = text.length;
  while (end > 0 && context.measureText(`${text.slice(0, end).trimEnd()}…`).width > width) end--;
  return `${text.slice(0, end).trimEnd()}…`;
}
