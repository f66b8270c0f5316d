/** Known-wrong behaviours of this field's tools, checked live in the visitor's browser. */
import type { Metadata } from 'next';
import { connection } from 'next/server';
import { ConformanceScreen } from '#components/conformance/ConformanceScreen.tsx';
import { say } from '#components/words.ts';

export const metadata: Metadata = { title: say('conformance.title') };

export default async function ConformancePage() {
  await connection();
  return <ConformanceScreen />;
}
