/** Beside the picture: who computed it, each with colour, points and a tick where all of them were checked; and the replay of how it came. */
import { useEffect, useEffectEvent, useState } from 'react';
import { formatCount } from '#lib/session/words.ts';
import { Button } from '#components/ui/Button.tsx';
import { useRoomView, useSession } from '#components/session/SessionContext.ts';
import { useMedia } from '#components/useMedia.ts';
import { useStore } from '#components/useStore.ts';
import { plural, say } from '#components/words.ts';
import type { Maker } from './makers.ts';
import styles from './Makers.module.css';

const REPLAY_MS = 6000;

export function MakersLegend({ makers }: { readonly makers: readonly Maker[] }) {
  const { overlays, setOverlays } = useRoomView();
  const { ranking } = useStore(useSession().settings);
  const isStill = useMedia('(prefers-reduced-motion: reduce)');
  const [isPlaying, setPlaying] = useState(false);
  const share = overlays.replay ?? 1;
  const shown = ranking === 'on' ? makers.toSorted((one, other) => other.verified - one.verified) : makers;
  const show = (replay: number) => setOverlays({ ...overlays, replay });
  const showNext = useEffectEvent(show);

  useEffect(() => {
    if (!isPlaying) return undefined;
    const start = performance.now();
    let frame = requestAnimationFrame(function step(now) {
      const reached = Math.min(1, (now - start) / REPLAY_MS);
      showNext(reached);
      if (reached < 1) frame = requestAnimationFrame(step);
      else setPlaying(false);
    });
    return () => cancelAnimationFrame(frame);
  }, [isPlaying]);

  return (
    <section className={styles.makers} aria-label={say('makers.title')}>
      <ol className={styles.list} data-ranked={ranking === 'on'}>
        {shown.map(({ by, name, colour, isPatterned, points, verified }) => (
          <li key={by}>
            <span className={styles.swatch} data-patterned={isPatterned} style={{ ['--maker' as string]: `rgb(${colour.join(' ')})` }} aria-hidden="true" />
            {name}: {plural(points, 'point')}
            {verified === points ? <span title={say('makers.verified')}> ✓</span> : ` (${formatCount(verified)} verified)`}
          </li>
        ))}
        {makers.length === 0 && <li>{say('makers.none')}</li>}
      </ol>
      <label className={styles.replay}>
        {say('makers.replay')}
        <input type="range" min={0} max={100} value={Math.round(share * 100)} onChange={(event) => {
            setPlaying(false);
            show(Number(event.target.value) / 100);
          }}
        />
      </label>
      {!isStill && (
        <Button size="small" onClick={() => setPlaying(!isPlaying)}>
          {isPlaying ? 'Stop' : 'Play'}
        </Button>
      )}
    </section>
  );
}
