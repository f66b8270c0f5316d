/** What can be asked of the slice on the screen, one card per question. It lists them and knows none of them. */
import type { SurfaceSource } from '#client/surfaceStore.ts';
import { Disclosure } from '#components/ui/Disclosure.tsx';
import { useStore } from '#components/useStore.ts';
import { useRoomView, useSession } from '#components/session/SessionContext.ts';
import type { GeographyOutcome } from '#components/session/useTrajectory.ts';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import { cardElementId } from './card.ts';
import { CARDS } from './cards.ts';
import { OpenAnalyses } from './OpenAnalyses.tsx';

type AnalysePanelProps = { readonly source: SurfaceSource | null; readonly geography: GeographyOutcome | null };

export function AnalysePanel({ source, geography }: AnalysePanelProps) {
  const session = useSession();
  const { slice, sliceId } = useRoomView();
  const catalogue = useStore(session.catalogue);
  const manifest = catalogue.find(({ id }) => id === slice?.recipe.subject)?.manifest;
  const shown = slice && sliceId !== null && manifest && source ? { sliceId, recipe: slice.recipe, manifest, source, geography } : null;
  return (
    <div className={panel.panel}>
      {!shown && <p className={panel.soft}>{say('analyse.noslice')}</p>}
      <div className={panel.list}>
        {CARDS.map((card) => {
          if (card.needs === 'nothing') {
            return (
              <Disclosure key={card.id} id={cardElementId(card.id)} title={card.title} isMadeWhenOpen>
                <card.Card />
              </Disclosure>
            );
          }
          if (!shown || !card.isFor(shown.recipe, shown.manifest)) return null;
          return (
            <Disclosure key={card.id} id={cardElementId(card.id)} title={card.title} isMadeWhenOpen>
              <card.Card key={shown.sliceId} {...shown} />
            </Disclosure>
          );
        })}
      </div>
      <p className={panel.soft}>
        <a href="/walkthroughs" target="_blank" rel="noreferrer">
          {say('walk.link')}
        </a>
      </p>
      <OpenAnalyses />
    </div>
  );
}
