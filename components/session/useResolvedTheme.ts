/** The theme that is really shown, for what is not drawn by the style sheet. */
import { useStore } from '#components/useStore.ts';
import { useMedia } from '#components/useMedia.ts';
import { theme } from '#components/ui/theme.ts';

export function useResolvedTheme(): 'light' | 'dark' {
  const chosen = useStore(theme);
  const isDark = useMedia('(prefers-color-scheme: dark)');
  return chosen === 'system' ? (isDark ? 'dark' : 'light') : chosen;
}
