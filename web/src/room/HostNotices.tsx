/** What holds for everybody just now, for hosts, each line with its way back. */

import { useSignal } from '@preact/signals';
import { aside as asideWords, closing, desk as words, floor as floorWords, pause } from '../words/en';
import { parents } from './desk-facts';
import { Question } from './Dialog';
import { isFrozen, nameOf } from './holds';
import { Notice, Press } from './Notice';
import { SharingNotice, SoundOnlyNotice } from './Notices';
import { PrivateNotice } from './PrivateNotice';
import type { View } from './protocol';
import { isEnding, stayUntil } from './screens';
import type { Session } from './session';

interface Props {
  session: Session;
  view: View;
}

function PauseNotice({ session, view }: Props) {
  if (view.paused.length === 0) return null;
  const text = isFrozen(view) ? pause.host : pause.some(view.paused.map((each) => pause.names[each]));
  return (
    <Notice text={text} kind="careful">
      {view.paused.map((feature) => (
        <Press
          key={feature}
          text={pause.back[feature]}
          onClick={() => session.act({ do: 'resume_feature', feature })}
        />
      ))}
    </Notice>
  );
}

function FloorNotice({ session, view }: Props) {
  const { mode, speaker, since } = view.floor;
  if (mode === 'open') return null;
  const round = mode === 'round';
  const name = nameOf(view, speaker);
  const held = view.people.find((each) => each.person === speaker)?.microphone_held === true;
  return (
    <Notice text={round ? floorWords.hostRound(name) : floorWords.hostInvitation(name)}>
      {since !== null && (
        <span class="clock" aria-live="off">
          {floorWords.long(since, session.now.value)}
        </span>
      )}
      {held && speaker !== null && (
        <Press
          text={words.liftLabel(name ?? '')}
          go
          onClick={() => session.act({ do: 'lift', person: speaker })}
        />
      )}
      {round && <Press text={floorWords.next} go onClick={() => session.act({ do: 'next_in_round' })} />}
      {!round && name !== null && (
        <Press text={floorWords.takeBack} onClick={() => session.act({ do: 'take_word' })} />
      )}
      <Press
        text={round ? floorWords.endRound : floorWords.open}
        onClick={() => session.act({ do: 'open_floor' })}
      />
    </Notice>
  );
}

function SideRoomNotice({ session, view }: Props) {
  const room = view.side_room;
  if (room === null) return null;
  const name = nameOf(view, room.person) ?? '';
  const mine = view.you.aside;
  const end = () => session.act({ do: 'end_aside' });
  if (mine?.state === 'in')
    return (
      <Notice text={asideWords.alone(mine.with)} kind="well">
        <Press text={asideWords.back} onClick={end} />
      </Notice>
    );
  if (room.state === 'invited')
    return (
      <Notice text={asideWords.waits(name)}>
        <Press text={asideWords.takeBack} onClick={end} />
      </Notice>
    );
  const host = view.people.find(({ seat }) => seat === room.host)?.name ?? '';
  return (
    <Notice text={asideWords.others(host, name)}>
      {room.witness === null && (
        <Press text={asideWords.join} onClick={() => session.act({ do: 'join_aside' })} />
      )}
      <Press text={asideWords.end} onClick={end} />
    </Notice>
  );
}

function ClosingNotice({ session, view }: Props) {
  const asking = useSignal(false);
  const until = stayUntil(view);
  if (until !== null) return <Notice text={closing.stayHost(until)} />;
  if (!isEnding(view, session.now.value) || view.phase === 'scheduled') return null;
  return (
    <Notice text={closing.soonHost}>
      {view.floor.mode !== 'round' && parents(view).length > 0 && (
        <Press text={closing.round} onClick={() => session.act({ do: 'start_round' })} />
      )}
      <Press
        text={closing.start}
        onClick={() => {
          asking.value = true;
        }}
      />
      {asking.value && (
        <ClosingQuestion
          session={session}
          onClose={() => {
            asking.value = false;
          }}
        />
      )}
    </Notice>
  );
}

export function ClosingQuestion({ session, onClose }: { session: Session; onClose: () => void }) {
  return (
    <Question
      title={closing.startTitle}
      text={closing.startText}
      yes={closing.startYes}
      no={closing.startNo}
      onYes={() => {
        onClose();
        void session.act({ do: 'start_closing' });
      }}
      onClose={onClose}
    />
  );
}

/** A short word after a host's act, with a way back. */
function ToastNotice({ session }: { session: Session }) {
  const toast = session.toast.value;
  if (toast === null) return null;
  return (
    <Notice text={toast.text}>
      <Press text={words.undo} onClick={() => session.undo()} />
    </Notice>
  );
}

/** `onAnswer`: the messages are shown beside the faces, on a phone instead of them. */
export function HostNotices({ session, view, onAnswer }: Props & { onAnswer: () => void }) {
  return (
    <>
      <div class="notices" role="status" aria-atomic="false">
        <PauseNotice session={session} view={view} />
        {view.locked && view.closing_since === null && <Notice text={words.lockedNote} kind="careful" />}
        <FloorNotice session={session} view={view} />
        <SideRoomNotice session={session} view={view} />
        <SharingNotice session={session} />
        <SoundOnlyNotice session={session} view={view} />
        <ClosingNotice session={session} view={view} />
        <ToastNotice session={session} />
      </div>
      <PrivateNotice session={session} view={view} onAnswer={onAnswer} />
    </>
  );
}
