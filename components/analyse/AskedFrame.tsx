/** A long analysis whose question is typed: what is wrong with it stands where its price would. */
import type { ComponentProps } from 'react';
import { readRequest, type KindName } from '#lib/analysis/requests/requests.ts';
import type { SubjectManifest } from '#lib/network/subject.ts';
import { ProblemText } from '#components/ui/Field.tsx';
import { AnalysisFrame } from './AnalysisFrame.tsx';

type AskedFrameProps<Name extends KindName> = ComponentProps<typeof AnalysisFrame<Name>> & { readonly manifest: SubjectManifest };

export function AskedFrame<Name extends KindName>({ manifest, ...frame }: AskedFrameProps<Name>) {
  const asked = readRequest(frame.request, () => manifest);
  if (asked.ok) return <AnalysisFrame {...frame} />;
  return (
    <>
      {asked.problems.map(({ path, message }) => (
        <ProblemText key={path + message} text={message} />
      ))}
    </>
  );
}
