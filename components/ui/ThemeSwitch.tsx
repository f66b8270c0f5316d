'use client';
/** One button that goes through system, light and dark, and says which it is. */
import { useEffect } from 'react';
import { useStore } from '#components/useStore.ts';
import { Button } from './Button.tsx';
import { chooseTheme, readTheme, theme, THEMES, type Theme } from './theme.ts';

const ICONS = { system: 'system', light: 'sun', dark: 'moon' } as const satisfies Record<Theme, string>;
const TITLES: Readonly<Record<Theme, string>> = { system: 'as the system', light: 'light', dark: 'dark' };

export function ThemeSwitch() {
  const current = useStore(theme);
  useEffect(readTheme, []);
  const next = THEMES[(THEMES.indexOf(current) + 1) % THEMES.length]!;
  return <Button tone="quiet" icon={ICONS[current]} label={`Theme: ${TITLES[current]}. Change to ${TITLES[next]}`} onClick={() => chooseTheme(next)} />;
}
