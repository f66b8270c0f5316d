/** Every key that does something, in one list. */
import { Card } from '#components/ui/Card.tsx';
import styles from './ShortcutsCard.module.css';

const SHORTCUTS = [
  ['1  2  3', 'Relief, map from above, both'],
  ['arrows', 'Move the crosshair one point, with Shift ten'],
  ['Alt + arrows', 'Turn the relief'],
  ['+  −  0', 'Zoom in, out, reset the view'],
  ['N', 'Place a note; again at the crosshair'],
  ['M', 'Low points'],
  ['H', 'How the plane bends: bowl, saddle, dome'],
  ['O', 'Who computed this'],
  ['X', 'Cross-section; again at the crosshair for its ends'],
  ['V', 'Compare with other slices, or end it'],
  ['L', 'Linear or logarithmic colours'],
  ['C', 'Contour lines'],
  ['B', 'Range: follow or hold'],
  ['S', 'Copy the link to this view'],
  ['J', 'Lend compute, or stop'],
  ['\\', 'Panels'],
  ['.', 'Picture only'],
  ['Ctrl/⌘ Z', 'Undo'],
  ['Ctrl/⌘ ⇧ Z', 'Redo'],
  ['Esc', 'Close, leave'],
  ['?', 'This list'],
] as const;

export function ShortcutsCard({ onClose }: { readonly onClose: () => void }) {
  return (
    <Card title="Keyboard" place="middle" onClose={onClose}>
      <p>Single letters work while the picture has the focus: click it, or move to it with Tab.</p>
      <dl className={styles.keys}>
        {SHORTCUTS.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
