/** Methods step by step: the singular value decomposition from AᵀA, and pictures of points that no plane holds. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metadata } from 'next';
import { connection } from 'next/server';
import { WalkthroughsScreen } from '#components/walkthroughs/WalkthroughsScreen.tsx';
import { say } from '#components/words.ts';

export const metadata: Metadata = { title: say('walk.title') };

export default async function WalkthroughsPage() {
  await connection();
  return <WalkthroughsScreen landscape={await landscape()} />;
}

type Measured = { readonly recipe: { readonly axes: readonly { readonly count: number }[] }; readonly loss: readonly number[] };

let kept: readonly (readonly number[])[] | null = null;

/** The measured surface of the first page as a matrix, top row first; the project's own file, so not checked field by field. */
async function landscape(): Promise<readonly (readonly number[])[]> {
  if (kept) return kept;
  const { recipe, loss } = JSON.parse(await readFile(join(process.cwd(), 'public', 'builtins', 'spirals-tiny.surface.json'), 'utf8')) as Measured;
  const [columns, rows] = [recipe.axes[0]!.count, recipe.axes[1]!.count];
  kept = Array.from({ length: rows }, (_, row) => loss.slice((rows - 1 - row) * columns, (rows - row) * columns));
  return kept;
}
