/** A simulated run as a picture: how much is done, how many devices are there and how many wrong points are shown, over time. Legible on light and dark. */
import type { World } from './world.ts';

const WIDTH = 640;
const HEIGHT = 260;
const LEFT = 52;
const RIGHT = 16;
const TOP = 46;
const BOTTOM = 34;
/** More points than pixels say nothing. */
const MOST_POINTS = 200;

const STYLE = '<style>text{font:12px system-ui,sans-serif;fill:#222}.axis{stroke:#8886;stroke-width:1}.a{stroke:#0072b2}.b{stroke:#e69f00}.c{stroke:#d55e00}path{fill:none;stroke-width:2}@media(prefers-color-scheme:dark){text{fill:#ddd}.a{stroke:#56b4e9}}</style>';

export function plotOf(world: World, title: string): string {
  const { curve, slices } = world.measures;
  const every = Math.max(1, Math.ceil(curve.length / MOST_POINTS));
  const shown = curve.filter((_, index) => index % every === 0 || index === curve.length - 1);
  const end = Math.max(1, shown.at(-1)?.s ?? 1);
  const x = (s: number) => LEFT + ((WIDTH - LEFT - RIGHT) * s) / end;
  const y = (share: number) => HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * Math.min(1, Math.max(0, share));
  const all = world.geometry.points * slices;
  const mostDevices = Math.max(1, ...shown.map(({ devices }) => devices));
  const mostWrong = Math.max(...shown.map(({ wrong }) => wrong));
  const line = (kind: string, of: (sample: (typeof shown)[number]) => number) => `<path class="${kind}" d="M${shown.map((sample) => `${x(sample.s).toFixed(1)} ${y(of(sample)).toFixed(1)}`).join('L')}"/>`;
  const legend: readonly (readonly [string, string])[] = [
    ['a', 'points in the picture'], ['b', `devices (at most ${mostDevices})`], ...(mostWrong > 0 ? ([['c', `wrong points shown (at most ${mostWrong})`]] as const) : []),
  ];
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${title}">`, STYLE,
    `<text x="${LEFT}" y="16">${title}</text>`,
    ...legend.map(([kind, words], index) => `<path class="${kind}" d="M${LEFT + index * 190} 31h18"/><text x="${LEFT + 24 + index * 190}" y="35">${words}</text>`),
    ...ticks.map((share) => `<path class="axis" d="M${LEFT} ${y(share)}H${WIDTH - RIGHT}"/><text x="${LEFT - 8}" y="${y(share) + 4}" text-anchor="end">${100 * share} %</text>`),
    ...ticks.map((share) => `<text x="${x(share * end)}" y="${HEIGHT - 12}" text-anchor="middle">${Number((share * end).toPrecision(3))} s</text>`),
    line('b', ({ devices }) => devices / mostDevices), ...(mostWrong > 0 ? [line('c', ({ wrong }) => wrong / mostWrong)] : []), line('a', ({ done }) => done / all),
    '</svg>', '',
  ].join('\n');
}
