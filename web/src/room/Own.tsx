/** How one sees the room, one's own picture in it, and one's own screen. */

import { room as words, screen as screenWords } from '../words/en';
import type { View } from './protocol';
import type { Session } from './session';

interface Props {
  session: Session;
  onDone: () => void;
}

export function OwnPicture({ session, onDone }: Props) {
  const hidden = session.selfHidden.value;
  return (
    <button
      type="button"
      class="btn quiet"
      onClick={() => {
        session.selfHidden.value = !hidden;
        onDone();
      }}
    >
      {hidden ? words.showSelfLabel : words.hideSelfLabel}
    </button>
  );
}

/** Everybody the same size, or whoever speaks large. */
export function LayoutChoice({ session, onDone }: Props) {
  const next = session.layout.value === 'gallery' ? 'speaker' : 'gallery';
  return (
    <button
      type="button"
      class="btn quiet"
      onClick={() => {
        session.layout.value = next;
        onDone();
      }}
    >
      {words.layout[next]}
    </button>
  );
}

/** Phones cannot share a screen: there the button is not. */
function canShare(): boolean {
  return 'getDisplayMedia' in ((navigator.mediaDevices as Partial<MediaDevices> | undefined) ?? {});
}

export function OwnScreen({ session, view, onDone }: Props & { view: View }) {
  const on = session.media.screen.value === 'on';
  if (!on && (!view.you.may_share || !canShare() || session.media.state.value !== 'on')) return null;
  return (
    <button
      type="button"
      class="btn quiet"
      onClick={() => {
        void session.share(!on);
        onDone();
      }}
    >
      {on ? screenWords.stop : screenWords.share}
    </button>
  );
}
