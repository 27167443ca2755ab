/** A parent's private line: one tap each, no typing needed, seen by the hosts only. */

import { MessageCircle, Pause, UserCheck } from 'lucide-preact';
import { help as words } from '../words/en';
import { Choice } from './Choice';
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
          <Choice
            icon={Pause}
            text={words.moment}
            hint={words.momentHint}
            onClick={then(() => session.needMoment())}
          />
        )}
        {mark !== 'check_on_me' && (
          <Choice
            icon={UserCheck}
            text={words.check}
            hint={words.checkHint}
            onClick={then(() => session.act({ do: 'tell_hosts', mark: 'check_on_me' }))}
          />
        )}
        <Choice
          icon={MessageCircle}
          text={words.message}
          onClick={then(() => {
            session.talk.open('hosts');
          })}
        />
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
