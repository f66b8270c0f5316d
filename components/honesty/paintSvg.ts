/** Paints the shapes and texts of an SVG onto a 2-D canvas with the colours that its style sheets give them now. */

export type Paper = { readonly context: CanvasRenderingContext2D; /** Of the page, at the upper left corner of the paper. */ readonly left: number; readonly top: number; readonly scale: number };

const SHAPES = 'path, line, circle, rect, polyline, polygon, text';

export function paintSvg(paper: Paper, svg: SVGSVGElement): void {
  for (const shape of svg.querySelectorAll<SVGGraphicsElement>(SHAPES)) {
    // What a gradient or a pattern is made of is no shape of its own.
    if (shape.closest('defs') || !shape.checkVisibility()) continue;
    const matrix = shape.getScreenCTM();
    if (matrix) paintShape(paper, shape, matrix);
  }
}

function paintShape({ context, left, top, scale }: Paper, shape: SVGGraphicsElement, { a, b, c, d, e, f }: DOMMatrix): void {
  const style = getComputedStyle(shape);
  context.save();
  context.setTransform(a * scale, b * scale, c * scale, d * scale, (e - left) * scale, (f - top) * scale);
  context.globalAlpha *= Number(style.opacity);
  if (shape instanceof SVGTextElement) {
    context.font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    context.textAlign = style.textAnchor === 'middle' ? 'center' : style.textAnchor === 'end' ? 'right' : 'left';
    context.textBaseline = shape.hasAttribute('dy') ? 'middle' : 'alphabetic';
    context.fillStyle = style.fill;
    context.fillText(shape.textContent, Number(shape.getAttribute('x') ?? 0), Number(shape.getAttribute('y') ?? 0));
  } else {
    const outline = outlineOf(shape);
    const fill = style.fill === 'none' ? null : paintOf(context, shape, style.fill);
    if (fill) {
      context.globalAlpha *= Number(style.fillOpacity);
      context.fillStyle = fill;
      context.fill(outline);
      context.globalAlpha /= Number(style.fillOpacity) || 1;
    }
    if (style.stroke !== 'none') {
      context.globalAlpha *= Number(style.strokeOpacity);
      context.strokeStyle = style.stroke;
      context.lineWidth = Number.parseFloat(style.strokeWidth);
      context.lineCap = style.strokeLinecap as CanvasLineCap;
      context.lineJoin = style.strokeLinejoin === 'round' ? 'round' : style.strokeLinejoin === 'bevel' ? 'bevel' : 'miter';
      context.setLineDash(style.strokeDasharray === 'none' ? [] : style.strokeDasharray.split(/[\s,]+/).map(Number.parseFloat));
      context.stroke(outline);
    }
  }
  context.restore();
}

function outlineOf(shape: SVGGraphicsElement): Path2D {
  const number = (name: string) => Number(shape.getAttribute(name) ?? 0);
  if (shape instanceof SVGPathElement) return new Path2D(shape.getAttribute('d') ?? '');
  const outline = new Path2D();
  if (shape instanceof SVGLineElement) {
    outline.moveTo(number('x1'), number('y1'));
    outline.lineTo(number('x2'), number('y2'));
  } else if (shape instanceof SVGCircleElement) outline.arc(number('cx'), number('cy'), number('r'), 0, 2 * Math.PI);
  else if (shape instanceof SVGRectElement) outline.roundRect(number('x'), number('y'), number('width'), number('height'), number('rx'));
  else if (shape instanceof SVGPolylineElement || shape instanceof SVGPolygonElement) {
    for (const [index, { x, y }] of [...shape.points].entries()) {
      if (index === 0) outline.moveTo(x, y);
      else outline.lineTo(x, y);
    }
    if (shape instanceof SVGPolygonElement) outline.closePath();
  }
  return outline;
}

/** A colour, a gradient from left to right, or the lines of a pattern; null where it cannot be found. */
function paintOf(context: CanvasRenderingContext2D, shape: SVGGraphicsElement, fill: string): string | CanvasGradient | CanvasPattern | null {
  const id = /^url\("?#([^")]+)"?\)/.exec(fill)?.[1];
  if (id === undefined) return fill;
  const source = document.getElementById(id);
  if (source instanceof SVGLinearGradientElement) {
    const { x, width } = shape.getBBox();
    const gradient = context.createLinearGradient(x, 0, x + width, 0);
    for (const stop of source.querySelectorAll('stop')) gradient.addColorStop(Number(stop.getAttribute('offset')), getComputedStyle(stop).stopColor);
    return gradient;
  }
  const line = source?.querySelector('line');
  return line ? hatched(context, getComputedStyle(line).stroke) : null;
}

const HATCH = 7;

function hatched(context: CanvasRenderingContext2D, colour: string): CanvasPattern | null {
  const cell = new OffscreenCanvas(HATCH, HATCH);
  const drawing = cell.getContext('2d');
  if (!drawing) return null;
  drawing.strokeStyle = colour;
  drawing.moveTo(0, HATCH);
  drawing.lineTo(HATCH, 0);
  drawing.stroke();
  return context.createPattern(cell, 'repeat');
}
