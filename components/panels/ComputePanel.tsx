/** Lending this browser: what it means, the controls, and what it may compute with. */
import { BACKENDS } from '#lib/wire/workerMessages.ts';
import { Select } from '#components/ui/Select.tsx';
import { Toggle } from '#components/ui/Toggle.tsx';
import { WISH_TITLES } from '#components/backendWords.ts';
import { LenderControls } from '#components/lend/LenderControls.tsx';
import { Receives } from '#components/lend/Receives.tsx';
import { useContribution } from '#components/lend/useContribution.ts';
import { useStore } from '#components/useStore.ts';
import { useRoomView, useSession } from '#components/session/SessionContext.ts';
import { useMay } from '#components/session/useMay.ts';
import { say } from '#components/words.ts';
import styles from './Panel.module.css';

export function ComputePanel() {
  const session = useSession();
  const { sliceId } = useRoomView();
  const wish = useStore(session.lending.wish);
  const { edit } = useMay();
  const contribution = useContribution(session, sliceId);
  return (
    <div className={styles.panel}>
      <section className={styles.section}>
        <h2>Lend this browser</h2>
        <p>{say('lend.ask')}</p>
        <p className={`${styles.small} ${styles.soft}`}><Receives /></p>
        <LenderControls contribution={contribution?.words ?? null} isMore={contribution?.isMore === true} mayPlace={edit} />
      </section>
      <section className={styles.section}>
        <Select
          label="Compute with"
          value={wish}
          options={(['auto', ...BACKENDS] as const).map((value) => ({ value, title: WISH_TITLES[value] }))}
          onChange={(next) => session.lending.setWish(next)}
        />
      </section>
      <MakersSection />
    </div>
  );
}

/** Who computed the picture, and, for whoever may edit, how the session speaks of its helpers. */
function MakersSection() {
  const session = useSession();
  const { overlays, setOverlays } = useRoomView();
  const { edit } = useMay();
  const settings = useStore(session.settings);
  return (
    <section className={styles.section}>
      <Toggle label={say('makers.show')} isOn={overlays.replay !== null} onChange={(isOn) => setOverlays({ ...overlays, replay: isOn ? 1 : null })} />
      {edit && (
        <>
          <Toggle kind="checkbox" label={say('makers.unnamed')} isOn={settings.helpers === 'unnamed'} onChange={(isOn) => session.changeSettings({ ...settings, helpers: isOn ? 'unnamed' : 'named' })} />
          <Toggle kind="checkbox" label={say('makers.ranking')} isOn={settings.ranking === 'on'} onChange={(isOn) => session.changeSettings({ ...settings, ranking: isOn ? 'on' : 'off' })} />
        </>
      )}
    </section>
  );
}
