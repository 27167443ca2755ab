/** Whatever is not for every minute: messages, a quiet sign, one's own picture, sharing a screen. */

import { useSignal } from '@preact/signals';
import { Ellipsis } from 'lucide-preact';
import { pages, room as words, talk as talkWords } from '../words/en';
import { Control } from './Controls';
import { Dialog } from './Dialog';
import { LayoutChoice, OwnPicture, OwnScreen } from './Own';
import type { View } from './protocol';
import { Reactions } from './Reactions';
import type { Session } from './session';

export function ParentMore({ session, view }: { session: Session; view: View }) {
  const open = useSignal(false);
  const unread = session.talk.unread.value;
  const close = () => {
    open.value = false;
  };
  return (
    <>
      <Control
        icon={Ellipsis}
        text={unread === 0 ? words.more : `${words.more} · ${unread}`}
        label={words.moreLabel}
        kind={unread === 0 ? '' : 'on'}
        onClick={() => {
          open.value = true;
        }}
      />
      {open.value && (
        <Dialog title={words.moreTitle} onClose={close}>
          <div class="stack choices">
            <button
              type="button"
              class="btn quiet"
              onClick={() => {
                close();
                session.talk.open(null);
              }}
            >
              {talkWords.openLabel(unread)}
            </button>
            <Reactions session={session} view={view} onDone={close} />
            <LayoutChoice session={session} onDone={close} />
            <OwnPicture session={session} onDone={close} />
            <OwnScreen session={session} view={view} onDone={close} />
            <button type="button" class="btn quiet" onClick={close}>
              {pages.close}
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
