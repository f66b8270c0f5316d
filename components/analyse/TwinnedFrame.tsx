/** What every card of a sharpness number is made of: where it is asked for, the asking with its result, and the same of the network rescaled. The card fills in the result. */
import type { ComponentProps, ReactNode } from 'react';
import { say } from '#components/words.ts';
import { AskedFrame } from './AskedFrame.tsx';
import type { SliceCardProps } from './card.ts';
import { CurvatureFields } from './CurvatureFields.tsx';
import { RescaledTwin, type TwinKind } from './RescaledTwin.tsx';

type TwinnedFrameProps<Name extends TwinKind> = Pick<SliceCardProps, 'recipe'> &
  Pick<ComponentProps<typeof CurvatureFields>, 'draft' | 'onChange' | 'hasGroup'> &
  Pick<ComponentProps<typeof AskedFrame<Name>>, 'request' | 'manifest' | 'live' | 'children'> &
  Pick<ComponentProps<typeof RescaledTwin<Name>>, 'title' | 'numberOf'> & {
    /** Begins the names of its caveat and its source in the words. */
    readonly words: 'spectrum' | 'trace' | 'box' | 'filterCurvature';
    /** What is asked for beside the point. */
    readonly fields: ReactNode;
  };

export function TwinnedFrame<Name extends TwinKind>({ draft, onChange, hasGroup, recipe, manifest, fields, request, words, live, children, title, numberOf }: TwinnedFrameProps<Name>) {
  return (
    <>
      <CurvatureFields {...{ draft, onChange, recipe, manifest, hasGroup }}>{fields}</CurvatureFields>
      <AskedFrame {...{ manifest, request, live }} caveat={say(`${words}.caveat`)} citation={say(`${words}.source`)}>
        {children}
      </AskedFrame>
      <RescaledTwin {...{ request, manifest, title, numberOf }} />
    </>
  );
}
