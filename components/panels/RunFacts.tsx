/** Whose training paths stand on the slice, each in the colour it is drawn in, and who added it: also where the picture has no room for its key. */
import { useMemo } from 'react';
import type { SliceRecipe } from '#lib/slice/recipe.ts';
import { cssOf } from '#components/landscape/marks.ts';
import { runMarksOf } from '#components/session/runMarks.ts';
import type { GeographyOutcome } from '#components/session/useTrajectory.ts';
import { useRunSigns } from '#components/session/useRunSigns.ts';
import styles from './Panel.module.css';

/** Nothing for a slice of one network. */
export function RunFacts({ recipe, geography }: { readonly recipe: SliceRecipe; readonly geography: GeographyOutcome | null }) {
  const known = geography?.kind === 'known' ? geography.geography : null;
  const signs = useRunSigns(recipe, useMemo(() => runMarksOf(known?.runs ?? []), [known]));
  if (signs.length === 0) return null;
  return (
    <dl className={styles.facts}>
      <dt>Runs</dt>
      <dd>
        {signs.map(({ id, title, colour, by }) => (
          <span key={id} className={styles.line}>
            <span className={styles.runDot} style={{ ['--run' as string]: cssOf(colour) }} aria-hidden="true" />
            {title}
            {by !== '' && <span className={styles.soft}>, added by {by}</span>}
          </span>
        ))}
      </dd>
    </dl>
  );
}
