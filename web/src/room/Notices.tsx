/** What asks for an answer or lasts a while, above the controls: the side room, one's turn, messages, the end. */

import {
  aside as asideWords,
  closing,
  floor as floorWords,
  room as roomWords,
  screen as screenWords,
} from '../words/en';
import { Notice, Press } from './Notice';
import { PrivateNotice } from './PrivateNotice';
import type { View } from './protocol';
import { company, isEnding, stayUntil } from './screens';
import type { Session } from './session';

interface Props {
  session: Session;
  view: View;
}

/** For a parent: asked aside, or there. */
export function AsideNotice({ session, view }: Props) {
  const { aside } = view.you;
  if (aside === null) return null;
  if (aside.state === 'in')
    return (
      <Notice text={asideWords.alone(aside.with)} kind="well">
        <Press text={asideWords.back} onClick={() => session.act({ do: 'leave_aside' })} />
      </Notice>
    );
  return (
    <Notice text={asideWords.asked(aside.with)} more={asideWords.askedText}>
      <Press text={asideWords.no} onClick={() => session.act({ do: 'leave_aside' })} />
      <Press text={asideWords.yes} go onClick={() => session.act({ do: 'accept_aside' })} />
    </Notice>
  );
}

function TurnNotice({ session, view }: Props) {
  if (!view.you.has_word || view.floor.mode === 'open') return null;
  const speaks = session.media.microphone.value === 'on';
  const open = speaks ? floorWords.yourTurnSpeaking : floorWords.yourTurn;
  const { since } = view.floor;
  return (
    <Notice text={view.you.microphone_held ? floorWords.yourTurnHeld : open} kind="well">
      {since !== null && (
        <span class="clock" aria-live="off">
          {floorWords.long(since, session.now.value)}
        </span>
      )}
      <Press
        text={floorWords.pass}
        label={floorWords.passLabel}
        onClick={() => session.act({ do: 'pass_word' })}
      />
    </Notice>
  );
}

function ClosingNotice({ session, view }: Props) {
  const until = stayUntil(view);
  if (until !== null)
    return (
      <Notice text={closing.stay(until)}>
        <Press text={closing.goodbye} onClick={() => session.leave()} />
      </Notice>
    );
  return isEnding(view, session.now.value) ? <Notice text={closing.soon} /> : null;
}

/** Without pictures: why, what one misses, and the way back, which parents have in the bar. */
export function SoundOnlyNotice({ session, view }: Props) {
  const { soundOnly, seats } = session.media;
  const how = soundOnly.value;
  if (how === 'no') return null;
  const sharing = company(view).find(({ seat }) => seats.value.get(seat)?.shares === true);
  return (
    <Notice
      text={roomWords.soundOnly[how]}
      kind={how === 'poor' ? 'careful' : 'plain'}
      {...(sharing === undefined ? {} : { more: screenWords.unseen(sharing.name) })}
    >
      {view.you.role === 'facilitator' && (
        <Press text={roomWords.soundOnly.back} onClick={() => session.hearOnly('no')} />
      )}
    </Notice>
  );
}

export function SharingNotice({ session }: { session: Session }) {
  if (session.media.screen.value !== 'on') return null;
  return (
    <Notice text={screenWords.mine}>
      <Press text={screenWords.stop} onClick={() => session.share(false)} />
    </Notice>
  );
}

export function ParentNotices({ session, view }: Props) {
  return (
    <>
      <div class="notices" role="status" aria-atomic="false">
        <ClosingNotice session={session} view={view} />
        <SharingNotice session={session} />
        <SoundOnlyNotice session={session} view={view} />
        <TurnNotice session={session} view={view} />
        <AsideNotice session={session} view={view} />
      </div>
      <PrivateNotice session={session} view={view} />
    </>
  );
}
