/**
 * How much of the processor each task of a page's own thread takes, from the browser's trace: what a task only waits for, as for a renderer
 * that is a program, is not in it.
 */
import type { Page } from 'playwright';

type TraceEvent = { readonly name: string; readonly ph: string; readonly pid: number; readonly tid: number; /** Microseconds of the thread's processor time. */ readonly tdur?: number; readonly args?: { readonly name?: string } };

const THREAD = 'CrRendererMain';
const TASK = 'ThreadControllerImpl::RunTask';
const PART_BYTES = 4_000_000;

/** From now on, until the returned function is called: it resolves to the milliseconds of every task. */
export async function watchTasks(page: Page): Promise<() => Promise<readonly number[]>> {
  const protocol = await page.context().newCDPSession(page);
  await protocol.send('Tracing.start', { transferMode: 'ReturnAsStream', traceConfig: { recordMode: 'recordUntilFull', includedCategories: ['toplevel'], excludedCategories: ['*'] } });
  return async () => {
    const complete = new Promise<{ readonly stream?: string; readonly dataLossOccurred: boolean }>((resolve) => protocol.once('Tracing.tracingComplete', resolve));
    await protocol.send('Tracing.end');
    const { stream, dataLossOccurred } = await complete;
    if (stream === undefined || dataLossOccurred) throw new Error('the browser lost a part of its trace');
    let text = '';
    for (let isEnd = false; !isEnd; ) {
      const { data, eof } = await protocol.send('IO.read', { handle: stream, size: PART_BYTES });
      text += data;
      isEnd = eof;
    }
    await protocol.send('IO.close', { handle: stream });
    const found = processorMs(JSON.parse(text) as { readonly traceEvents: readonly TraceEvent[] });
    if (found.length === 0) throw new Error('the browser’s trace has no task of a page’s thread');
    return found;
  };
}

function processorMs({ traceEvents }: { readonly traceEvents: readonly TraceEvent[] }): readonly number[] {
  const threads = new Set(traceEvents.filter(({ ph, name, args }) => ph === 'M' && name === 'thread_name' && args?.name === THREAD).map(({ pid, tid }) => `${pid}/${tid}`));
  return traceEvents.flatMap(({ name, ph, pid, tid, tdur }) => (ph === 'X' && name === TASK && tdur !== undefined && threads.has(`${pid}/${tid}`) ? [tdur / 1000] : []));
}
