/** Pausing, cancelling and going on with the computing of a slice, for everybody; what is measured of it stays. */
import { Button } from '#components/ui/Button.tsx';
import { useRoomView, useSession } from './SessionContext.ts';
import { useMay } from './useMay.ts';

/** Shown while there is something left to compute. */
export function JobHalt() {
  const session = useSession();
  const may = useMay();
  const { slice, sliceId } = useRoomView();
  if (!slice || sliceId === null || slice.isPutAway) return null;
  const { halt } = slice;
  return (
    <>
      {halt !== undefined && <span role="status">{halt === 'paused' ? 'Paused for everybody. What is measured is kept.' : 'Cancelled. What is measured is kept.'}</span>}
      {may.edit && (
        <Button size="small" icon={halt === undefined ? 'pause' : 'play'} onClick={() => session.halt(sliceId, halt === undefined ? 'paused' : null)}>
          {halt === undefined ? 'Pause' : 'Go on'}
        </Button>
      )}
      {may.edit && halt !== 'cancelled' && (
        <Button size="small" tone="quiet" onClick={() => session.halt(sliceId, 'cancelled')}>
          Cancel
        </Button>
      )}
    </>
  );
}
