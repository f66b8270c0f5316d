/** The first page. Reads the measured surface of a built-in network, so that a landscape is there before any script. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connection } from 'next/server';
import { HomeHero } from '#components/home/HomeHero.tsx';
import { HomeScreen } from '#components/home/HomeScreen.tsx';
import { FirstPicture } from '#components/landscape/FirstPicture.tsx';
import { say } from '#components/words.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';

const NETWORK = 'spirals-tiny';

/** What scripts/ writes beside a built-in network. */
type MeasuredSurface = { readonly recipe: SliceRecipe; readonly loss: readonly (number | null)[] };

export default async function HomePage() {
  await connection();
  const { recipe, loss } = await measured();
  const [alpha, beta] = recipe.axes;
  return (
    <HomeScreen
      hero={
        <HomeHero name={NETWORK} recipe={recipe}>
          <FirstPicture columns={alpha?.count ?? 1} rows={beta?.count ?? 1} loss={loss.map((value) => value ?? NaN)} title={say('home.first')} scale="log" />
        </HomeHero>
      }
    />
  );
}

let kept: MeasuredSurface | null = null;

/** The project's own file: a broken one is a broken build, so it is not checked field by field. */
async function measured(): Promise<MeasuredSurface> {
  kept ??= JSON.parse(await readFile(join(process.cwd(), 'public', 'builtins', `${NETWORK}.surface.json`), 'utf8')) as MeasuredSurface;
  return kept;
}
