/** How a closer look stands: its price and a button, its progress and a way out, or why it failed. Nothing once it is done. */
import { etaRange } from '#components/durations.ts';
import { Button } from '#components/ui/Button.tsx';
import { ProgressBar } from '#components/ui/ProgressBar.tsx';
import { say } from '#components/words.ts';
import panel from '#components/panels/Panel.module.css';
import type { InspectionControl } from './useInspection.ts';

/** @param what is computed, as the words of its button: "Measure the standard error" */
export function Inspecting({ control: { state, start, cancel }, what }: { readonly control: InspectionControl; readonly what: string }) {
  if (state.kind === 'done') return null;
  if (state.kind === 'running') {
    return (
      <div className={panel.spread} role="status">
        <span className={panel.soft}>{say('inspect.running')}</span>
        <ProgressBar label={what} done={state.done} total={state.of} />
        <Button size="small" onClick={cancel}>
          Cancel
        </Button>
      </div>
    );
  }
  // It may start by itself in a moment: a button would be pulled away from under the pointer.
  if (state.kind === 'pricing') return <p className={`${panel.small} ${panel.soft}`}>{say('price.working')}</p>;
  const price = state.kind === 'priced' ? etaRange(state.seconds) : null;
  return (
    <div className={panel.section}>
      {state.kind === 'failed' && (
        <p className={panel.warn} role="alert">
          {say('inspect.failed', { reason: state.reason })}
        </p>
      )}
      <div className={panel.row}>
        <Button size="small" onClick={start}>
          {what}
        </Button>
        <span className={`${panel.small} ${panel.soft}`}>{price && say('inspect.price', { lo: price[0], hi: price[1] })}</span>
      </div>
    </div>
  );
}
