/** The chosen theme: on the html element for the style sheet, in local storage for the next visit (public/theme.js reads it). */
import { createStore, type Store } from '#client/store.ts';

export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const KEY = 'tarn.theme';

const chosen = createStore<Theme>('system');

export const theme: Store<Theme> = chosen;

/** Takes over what theme.js set before the first paint. */
export function readTheme(): void {
  const found = THEMES.find((each) => each === document.documentElement.dataset['theme']);
  if (found) chosen.set(found);
}

export function chooseTheme(next: Theme): void {
  document.documentElement.dataset['theme'] = next;
  chosen.set(next);
  try {
    localStorage.setItem(KEY, next);
  } catch (error) {
    // Storage may be blocked: the choice then holds until the page is left.
    console.info('the theme is not kept', error);
  }
}
