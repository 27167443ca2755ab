/** Whatever is not for every minute: messages, a quiet sign, one's own picture, sharing a screen. */

import { useSignal } from '@preact/signals';
import { Ellipsis } from 'lucide-preact';
import { equipment, keys as keyWords, pages, room as words, talk as talkWords } from '../words/en';
import { Control } from './Controls';
import { Dialog } from './Dialog';
import { Equipment } from './Equipment';
import { LayoutChoice, OwnPicture, OwnScreen } from './Own';
import type { View } from './protocol';
import { Reactions } from './Reactions';
import type { Session } from './session';

interface Props {
  session: Session;
  view: View;
  onKeys: () => void;
}

export function ParentMore({ session, view, onKeys }: Props) {
  const choosing = useSignal(false);
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
            <button
              type="button"
              class="btn quiet"
              onClick={() => {
                close();
                choosing.value = true;
              }}
            >
              {equipment.open}
            </button>
            <LayoutChoice session={session} onDone={close} />
            <OwnPicture session={session} onDone={close} />
            <OwnScreen session={session} view={view} onDone={close} />
            <button
              type="button"
              class="btn quiet keyboard-only"
              onClick={() => {
                close();
                onKeys();
              }}
            >
              {keyWords.open}
            </button>
            <button type="button" class="btn quiet" onClick={close}>
              {pages.close}
            </button>
          </div>
        </Dialog>
      )}
      {choosing.value && (
        <Equipment
          session={session}
          onClose={() => {
            choosing.value = false;
          }}
        />
      )}
    </>
  );
}
