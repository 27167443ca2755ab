/** The newest message that was meant for this person alone. No screen reader reads it out by itself: others may hear. */

import { talk as words } from '../words/en';
import { Text } from './Conversation';
import { Press } from './Notice';
import type { View } from './protocol';
import type { Session } from './session';
import { answering, called } from './talk';

interface Props {
  session: Session;
  view: View;
  onAnswer?: () => void;
}

export function PrivateNotice({ session, view, onAnswer }: Props) {
  const said = session.talk.privately.value;
  if (said === null) return null;
  return (
    <div class="say plain notice-line private">
      <span class="grow" dir="auto">
        <b>
          <bdi>{called(view, said.from.seat) ?? said.from.name}</bdi>
        </b>
        : <Text said={said} />
      </span>
      <span class="does">
        <Press
          text={words.read}
          onClick={() => {
            session.talk.read();
          }}
        />
        <Press
          text={words.answer}
          go
          onClick={() => {
            session.talk.open(answering(view, said));
            onAnswer?.();
          }}
        />
      </span>
    </div>
  );
}
