'use client';
/**
 * A line slice as a chart: train and test together, with what is measured, estimated and not finite told apart.
 * It draws and listens, as LandscapeView does for planes.
 */
import { line } from 'd3-shape';
import { useId, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import type { Barrier } from '#lib/analysis/barrier.ts';
import type { NonConvexity } from '#lib/analysis/nonConvexity.ts';
import type { Tangent } from '#lib/analysis/tangent.ts';
import { DEFAULT_CAMERA } from '#lib/session/camera.ts';
import type { Look } from '#lib/session/look.ts';
import { formatCoordinate, formatLoss } from '#lib/session/words.ts';
import { useGrowth } from '#components/session/useSurface.ts';
import { CurveProofs } from './CurveProofs.tsx';
import { CurveMarks } from './CurveMarks.tsx';
import { curveOf, curveRange, curveScales, unmeasuredBands, type CurvePoint } from './curveShape.ts';
import { keyAction } from './keys.ts';
import { farthestOf, type CheckpointMark, type PersonCursor, type Pin } from './marks.ts';
import { stepOf } from './readoutWords.ts';
import { nearestSample, type PlanePoint } from './scene.ts';
import { SpokenState } from './SpokenState.tsx';
import type { SurfaceSource } from './surfaceSource.ts';
import styles from './CurveView.module.css';

export type CurveViewProps = {
  readonly source: SurfaceSource;
  readonly look: Look;
  readonly cursor: PlanePoint | null;
  readonly onCursor: (cursor: PlanePoint) => void;
  readonly onPick?: (point: PlanePoint) => void;
  readonly onHover?: (point: PlanePoint | null) => void;
  readonly pins: readonly Pin[];
  readonly onPin: (id: string) => void;
  readonly people: readonly PersonCursor[];
  readonly checkpoints: readonly CheckpointMark[];
  readonly axisLabel: string;
  /** What was read off the curve; absent for none. */
  readonly tangent?: Tangent | null;
  readonly proof?: NonConvexity | null;
  /** Between the two networks that the line leads through. */
  readonly barrier?: Barrier | null;
  readonly hasAccuracy: boolean;
};

const MARGIN = { left: 64, right: 24, bottom: 72 } as const;

/** The key stands above the frame, which begins below it however many lines it takes. */
const KEY_TOP = 10;
const BELOW_KEY = 16;
/** Of the frame, whatever its place leaves it. */
const LEAST_FRAME = 24;

/** Below this there is no room between the margins; above it the drawing is as large as its place, so that marks stand where the curve is. */
const LEAST = { width: 140, height: 140 } as const;

export function CurveView(props: CurveViewProps) {
  const { source, look, cursor, axisLabel, hasAccuracy, tangent = null, proof = null, barrier = null } = props;
  const { surface } = source;
  const { grid } = surface.tiling;
  const axis = grid.axes[0]!;
  const version = useGrowth(source);
  const holder = useRef<HTMLDivElement>(null);
  const farthest = farthestOf(props.checkpoints);
  const key = useRef<HTMLUListElement>(null);
  const [{ width, height, keyHeight }, setSize] = useState({ width: 800, height: 420, keyHeight: 16 });
  const id = useId();

  useLayoutEffect(() => {
    const element = holder.current;
    const list = key.current;
    if (!element || !list) return undefined;
    const observer = new ResizeObserver(() => setSize({ width: Math.max(LEAST.width, element.clientWidth), height: Math.max(LEAST.height, element.clientHeight), keyHeight: list.offsetHeight }));
    observer.observe(element);
    observer.observe(list);
    return () => observer.disconnect();
  }, []);

  const top = KEY_TOP + keyHeight + BELOW_KEY;
  const frame = { left: MARGIN.left, right: width - MARGIN.right, top, bottom: Math.max(top + LEAST_FRAME, height - MARGIN.bottom) };
  const scales = curveScales(axis, curveRange(surface, look), look, frame);
  const { xOf, yOf } = scales;
  const path = line<CurvePoint>((point) => xOf(point.a), (point) => yOf(point.loss));
  const curves = surface.sets.map((set) => curveOf(surface, set));
  const alphaStep = scales.alphaTicks.length > 1 ? scales.alphaTicks[1]! - scales.alphaTicks[0]! : stepOf(axis);

  const at = (event: React.MouseEvent): PlanePoint => ({ a: scales.aAt(event.clientX - event.currentTarget.getBoundingClientRect().left), b: 0 });
  const press = (event: React.KeyboardEvent) => {
    // A line has no camera to turn: keys that would turn one are left to the page.
    const action = keyAction(event, grid, cursor, DEFAULT_CAMERA);
    if (!action || action.camera) return;
    event.preventDefault();
    if (action.cursor) props.onCursor(action.cursor);
    if (action.isPick && cursor) props.onPick?.(cursor);
  };

  return (
    <div ref={holder} className={styles.curveView}>
      <div
        className={styles.stage}
        role="application"
        aria-roledescription="loss curve"
        aria-label={`Loss along ${axisLabel}`}
        aria-describedby={`${id}-help`}
        tabIndex={0}
        onKeyDown={press}
        onClick={(event) => {
          const point = at(event);
          props.onCursor(nearestSample(grid, point));
          props.onPick?.(point);
        }}
        onPointerMove={(event) => props.onHover?.(at(event))}
        onPointerLeave={() => props.onHover?.(null)}
      >
        <svg className={styles.chart} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
          <defs>
            <pattern id={`${id}-hatch`} width={7} height={7} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <line className={styles.hatch} x1={0} y1={0} x2={0} y2={7} />
            </pattern>
          </defs>
          {unmeasuredBands(surface).map(({ from, to }) => (
            <rect key={from} x={xOf(from)} y={frame.top} width={xOf(to) - xOf(from)} height={frame.bottom - frame.top} fill={`url(#${id}-hatch)`} />
          ))}
          {scales.alphaTicks.map((tick) => (
            <g key={tick} transform={`translate(${xOf(tick)} 0)`}>
              <line className={styles.gridLine} y1={frame.top} y2={frame.bottom} />
              <text className={styles.number} y={frame.bottom + 20} textAnchor="middle">
                {formatCoordinate(tick, alphaStep)}
              </text>
            </g>
          ))}
          {scales.lossScale?.ticks(Math.max(3, Math.round(height / 75))).map((tick) => (
            <g key={tick} transform={`translate(0 ${yOf(tick)})`}>
              <line className={styles.gridLine} x1={frame.left} x2={frame.right} />
              <text className={styles.number} x={frame.left - 9} dy="0.32em" textAnchor="end">
                {formatLoss(tick)}
              </text>
            </g>
          ))}
          <rect className={styles.frame} x={frame.left} y={frame.top} width={frame.right - frame.left} height={frame.bottom - frame.top} />
          <text className={styles.axisTitle} x={(frame.left + frame.right) / 2} y={height - 12} textAnchor="middle">
            {axisLabel}
          </text>
          <text className={styles.axisTitle} x={12} y={22}>
            loss{scales.lossScale?.kind === 'log' ? ' (log)' : ''}
          </text>
          {curves.map(({ set, runs, measured, notFinite }) => (
            <g key={set} className={styles.curve} data-set={set}>
              {runs.map((run) => (
                <path key={run[0]!.a} d={path(run) ?? ''} />
              ))}
              {measured.map(({ a, loss, isVerified }) => (
                <circle key={a} cx={xOf(a)} cy={yOf(loss)} r={measured.length > 160 ? 1.5 : 2.75} data-verified={isVerified ? '' : undefined} />
              ))}
              {notFinite.map((a) => (
                <path key={a} className={styles.cross} d={`M${xOf(a) - 4} ${frame.top + 6}l8 8m0-8-8 8`} />
              ))}
            </g>
          ))}
          <CurveProofs tangent={tangent} proof={proof} barrier={barrier} scales={scales} frame={frame} />
          {cursor && <line className={styles.crosshair} x1={xOf(cursor.a)} x2={xOf(cursor.a)} y1={frame.top} y2={frame.bottom} />}
          {cursor &&
            curves.flatMap(({ set }) => {
              const loss = surface.estimateAt(set, cursor.a, 0);
              return loss === null ? [] : [<circle key={set} className={styles.reading} data-set={set} cx={xOf(cursor.a)} cy={yOf(loss)} r={5} />];
            })}
        </svg>
      </div>
      <ul ref={key} className={styles.legend}>
        {curves.map(({ set, notFinite }) => (
          <li key={set} data-set={set}>
            <svg className={styles.sample} viewBox="0 0 26 8" aria-hidden="true">
              <g className={styles.curve} data-set={set}>
                <path d="M0 4H26" />
                <circle cx={13} cy={4} r={2.75} data-verified="" />
              </g>
            </svg>
            {set}
            {notFinite.length > 0 && `, ${notFinite.length} not finite (×)`}
          </li>
        ))}
        {farthest > 0 && (
          <Sign mark={<path className={styles.end} d="M13 0V8M10 0.5H16" />}>off this line, up to {formatLoss(farthest)}</Sign>
        )}
        {tangent && <Sign mark={<path className={styles.tangent} d="M0 4H26" />}>tangent at the centre</Sign>}
        {barrier && <Sign mark={<path className={styles.between} d="M1 4H26" />}>chord, barrier {formatLoss(barrier.barrier)}</Sign>}
        {proof && <Sign mark={<path className={styles.proof} d="M13-1L18 4L13 9L8 4Z" />}>proof that it is not convex</Sign>}
        {surface.counts(surface.sets[0]!).measured < grid.columns && <Sign mark={<rect width={26} height={8} fill={`url(#${id}-hatch)`} />}>not measured yet</Sign>}
      </ul>
      <CurveMarks {...props} surface={surface} scales={scales} frame={frame} width={width} />
      <p id={`${id}-help`} className={styles.spoken}>
        Left and right move the crosshair by one point, with Shift by ten. Enter picks the point.
      </p>
      <SpokenState source={source} version={version} set={look.set} cursor={cursor} hasAccuracy={hasAccuracy} />
    </div>
  );
}

/** An entry of the key: the mark as it is drawn, and what it means. */
function Sign({ mark, children }: { readonly mark: ReactNode; readonly children: ReactNode }) {
  return (
    <li>
      <svg className={styles.sample} viewBox="0 0 26 8" aria-hidden="true">
        {mark}
      </svg>
      <span>{children}</span>
    </li>
  );
}
