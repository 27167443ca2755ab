/** The list of shortcuts, and whether they are wanted. */

import { keys as words, pages } from '../words/en';
import { Dialog } from './Dialog';
import type { Key } from './keys';
import type { Session } from './session';

interface Props {
  session: Session;
  keys: readonly Key[];
  onClose: () => void;
}

function shown(key: string): string {
  return key !== key.toLowerCase() ? `${words.shift} + ${key}` : key.toUpperCase();
}

export function KeyList({ session, keys, onClose }: Props) {
  const on = session.keysOn.value;
  return (
    <Dialog title={words.title} onClose={onClose}>
      <dl class="keys">
        {keys.map(({ key, text }) => (
          <div key={key}>
            <dt>
              <kbd>{shown(key)}</kbd>
            </dt>
            <dd>{text}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>Esc</kbd>
          </dt>
          <dd>{words.escape}</dd>
        </div>
        <div>
          <dt>
            <kbd>{words.shift} × 3</kbd>
          </dt>
          <dd>{words.exit}</dd>
        </div>
      </dl>
      <div class="stack choices">
        <button
          type="button"
          class="btn quiet"
          onClick={() => {
            session.keysWanted.value = !on;
          }}
        >
          {on ? words.turnOff : words.turnOn}
        </button>
        <button type="button" class="btn quiet" onClick={onClose}>
          {pages.close}
        </button>
      </div>
    </Dialog>
  );
}
