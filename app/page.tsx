/** The first page. Reads the built-in networks and the measured surface of one, so that a landscape is there before any script. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connection } from 'next/server';
import { HomeHero } from '#components/home/HomeHero.tsx';
import { HomeScreen } from '#components/home/HomeScreen.tsx';
import type { NetworkCard } from '#components/home/NetworkCards.tsx';
import { FirstPicture } from '#components/landscape/FirstPicture.tsx';
import { networkFacts } from '#lib/session/sliceTitle.ts';
import { say } from '#components/words.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import type { SliceRecipe } from '#lib/slice/recipe.ts';

const NETWORK = 'spirals-tiny';

/** What scripts/ writes beside a built-in network. */
type MeasuredSurface = { readonly recipe: SliceRecipe; readonly loss: readonly (number | null)[] };

export default async function HomePage() {
  await connection();
  const [{ recipe, loss }, networks] = await Promise.all([measured(), builtins()]);
  const [alpha, beta] = recipe.axes;
  return (
    <HomeScreen
      networks={networks}
      hero={
        <HomeHero name={NETWORK} recipe={recipe}>
          <FirstPicture columns={alpha?.count ?? 1} rows={beta?.count ?? 1} loss={loss.map((value) => value ?? NaN)} title={say('home.first')} scale="log" />
        </HomeHero>
      }
    />
  );
}

let kept: MeasuredSurface | null = null;

/** The project's own files: a broken one is a broken build, so they are not checked field by field. */
async function measured(): Promise<MeasuredSurface> {
  kept ??= (await builtin(`${NETWORK}.surface.json`)) as MeasuredSurface;
  return kept;
}

let cards: readonly NetworkCard[] | null = null;

async function builtins(): Promise<readonly NetworkCard[]> {
  cards ??= await Promise.all(
    ((await builtin('index.json')) as readonly string[]).map(async (name) => {
      const manifest = (await builtin(`${name}.json`)) as SubjectManifest;
      return { name, title: manifest.title, summary: manifest.summary, facts: networkFacts(manifest) };
    }),
  );
  return cards;
}

const builtin = async (file: string): Promise<unknown> => JSON.parse(await readFile(join(process.cwd(), 'public', 'builtins', file), 'utf8'));
