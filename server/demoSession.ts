/** The session that is there from the first start: a slice of the trained spiral network, always at the same address. */
import { readFile } from 'node:fs/promises';
import { sayProblems } from '#lib/parsed.ts';
import type { SessionRegister } from './sessionRegister.ts';
import type { Tokens } from './tokens.ts';

const DEMO_ID = 'demo';

/** Makes it if it is not there yet; resolves to the path of its edit link. @param surfaceFile holds the recipe of the slice */
export async function keepDemoSession(register: SessionRegister, tokens: Tokens, surfaceFile: string): Promise<string> {
  if (!(await register.storage.session(DEMO_ID))) {
    await register.create(DEMO_ID);
    const { recipe } = JSON.parse(await readFile(surfaceFile, 'utf8')) as { readonly recipe: unknown };
    const held = await register.hold(DEMO_ID);
    if (!held) throw new Error('the demo session was made and is not there');
    try {
      await held.session.scripts.setTitle('Demo');
      const placed = await held.session.scripts.place(recipe);
      if (!placed.ok) throw new Error(`the demo slice was refused: ${sayProblems(placed.problems)}`);
    } finally {
      held.release();
    }
  }
  return `/s/${DEMO_ID}#key=${tokens.editKey(DEMO_ID)}`;
}
