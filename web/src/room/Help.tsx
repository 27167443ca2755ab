/** A parent's private line: one tap each, no typing needed, seen by the hosts only. */

import { MessageCircle, Pause, UserCheck } from 'lucide-preact';
import { help as words } from '../words/en';
import { Dialog } from './Dialog';
import type { View } from './protocol';
import type { Session } from './session';

interface Props {
  session: Session;
  view: View;
  onClose: () => void;
}

export function HelpSheet({ session, view, onClose }: Props) {
  const then = (work: () => unknown) => () => {
    onClose();
    work();
  };
  const { mark } = view.you;
  return (
    <Dialog title={words.title} onClose={onClose}>
      <p class="soft">{words.text}</p>
      {mark !== 'none' && (
        <>
          <p class="notice well" role="status">
            {words.told[mark]}
          </p>
          <button
            type="button"
            class="btn quiet"
            onClick={then(() => session.act({ do: 'tell_hosts', mark: 'none' }))}
          >
            {words.done}
          </button>
        </>
      )}
      <div class="stack choices">
        {mark !== 'moment' && (
          <button type="button" class="btn quiet" onClick={then(() => session.needMoment())}>
            <Pause aria-hidden="true" />
            <span>
              {words.moment}
              <small class="soft">{words.momentHint}</small>
            </span>
          </button>
        )}
        {mark !== 'check_on_me' && (
          <button
            type="button"
            class="btn quiet"
            onClick={then(() => session.act({ do: 'tell_hosts', mark: 'check_on_me' }))}
          >
            <UserCheck aria-hidden="true" />
            <span>
              {words.check}
              <small class="soft">{words.checkHint}</small>
            </span>
          </button>
        )}
        <button
          type="button"
          class="btn quiet"
          onClick={then(() => {
            session.talk.open('hosts');
          })}
        >
          <MessageCircle aria-hidden="true" />
          <span>{words.message}</span>
        </button>
      </div>
      <p class="foot">
        <a href={session.places.helplines} data-sheet>
          {words.helplines}
        </a>
        <button type="button" class="link" onClick={onClose}>
          {words.close}
        </button>
      </p>
    </Dialog>
  );
}
