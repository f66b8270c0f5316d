/** The picture on the screen as a PNG: as it is drawn now, and below it the facts that it must not be parted from. */
import { paintElement } from './paintElement.ts';

export type Caption = { readonly title: string; readonly lead: string; readonly lines: readonly string[] };

/** Room around the caption, and between its lines. */
const MARGIN = 20;
const LEADING = 17;
const SIZE = 12;
/** Below this a line of the caption would have few words. */
const LEAST_WIDTH = 640;

/** @throws where this browser cannot make a PNG, or the picture is too large for it */
export async function pictureFile(element: Element, { title, lead, lines }: Caption): Promise<Blob> {
  const { left, top, width, height } = element.getBoundingClientRect();
  const scale = Math.min(2, Math.max(1, window.devicePixelRatio));
  const style = getComputedStyle(document.body);
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  if (!context) throw new Error('this browser gives no 2-D canvas');
  const whole = Math.max(LEAST_WIDTH, Math.ceil(width));
  const font = (weight: number) => `${weight} ${SIZE}px ${style.fontFamily}`;
  context.font = font(400);
  const wrapped = [lead, ...lines].flatMap((line) => wrap(context, line, whole - 2 * MARGIN));
  const start = Math.ceil(height) + MARGIN + SIZE;
  canvas.width = whole * scale;
  canvas.height = (start + (wrapped.length + 1) * LEADING + MARGIN) * scale;
  context.scale(scale, scale);
  context.fillStyle = style.backgroundColor;
  context.fillRect(0, 0, whole, canvas.height / scale);
  paintElement({ context, left: left - (whole - Math.ceil(width)) / 2, top, scale }, element);
  context.fillStyle = style.color;
  context.textBaseline = 'alphabetic';
  context.font = font(600);
  context.fillText(title, MARGIN, start);
  context.font = font(400);
  for (const [index, line] of wrapped.entries()) context.fillText(line, MARGIN, start + (index + 1) * LEADING + 4);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('this browser could not make a PNG of this size'))), 'image/png');
  });
}

function wrap(context: CanvasRenderingContext2D, text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && context.measureText(longer).width > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
