/** What a picture says when its words do not fit: as the page does, an ellipsis. */
import { describe, expect, it } from 'vitest';
import { shortened } from '#components/honesty/paintElement.ts';

/** Ten pixels a letter. */
const ruler = { measureText: (text: string) => ({ width: 10 * text.length }) as TextMetrics };

describe('a saved picture', () => {
  it('[drawing] shortens what the page shortens, and nothing else', () => {
    expect(shortened(ruler, 'A ridge', 70)).toBe('A ridge');
    expect(shortened(ruler, 'A ridge between', 90)).toBe('A ridge…');
    expect(shortened(ruler, 'A ridge', 5)).toBe('…');
  });
});
