/** The picture that is there before any script: made on the server, whole, and allowed by a strict content policy. */
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { FirstPicture } from '#components/landscape/FirstPicture.tsx';

const picture = (loss: readonly number[]) => renderToStaticMarkup(createElement(FirstPicture, { columns: 17, rows: 9, loss, title: 'Glyphs' }));
const bowl = Array.from({ length: 17 * 9 }, (_, at) => ((at % 17) - 8) ** 2 + 4 * (Math.floor(at / 17) - 4) ** 2);

describe('the first picture', () => {
  it('[drawing] has a contour per level, says its range, and no style attribute or script', () => {
    const markup = picture(bowl);
    expect(markup.match(/<path/g)).toHaveLength(26);
    expect(markup).toContain('a map of the loss, from 0 (dark) to 128 (bright)');
    expect(markup).not.toMatch(/style=|<script|NaN|Infinity/);
  });

  it('[drawing] hatches what is not a number, leaves it out of the range, and stays a picture when nothing is known', () => {
    const markup = picture(bowl.map((value, at) => (at % 17 > 13 ? NaN : at === 0 ? Infinity : value)));
    expect(markup).toContain('url(#first-picture-hatch)');
    expect(markup).not.toMatch(/NaN|Infinity/);
    expect(picture(bowl.map(() => NaN))).toContain('nothing measured yet');
    expect(picture(bowl.map(() => 3))).not.toMatch(/NaN|Infinity/);
  });

  it('[drawing] has row 0 at the bottom', () => {
    const tilted = Array.from({ length: 17 * 9 }, (_, at) => Math.floor(at / 17));
    const brightest = /<path d="M([\d. L]+)Z"/g;
    const last = [...picture(tilted).matchAll(brightest)].at(12)![1]!;
    const heights = last.split('L').map((pair) => Number(pair.split(' ')[1]));
    expect(Math.max(...heights)).toBeLessThan(250);
  });
});
