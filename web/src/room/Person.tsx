/** Everything about one person: speaking, talking, and the ladder, the mildest step first. */

import { useSignal } from '@preact/signals';
import { desk, floor as floorWords, ladder, pages, person as words } from '../words/en';
import { DangerCard } from './Danger';
import { Dialog } from './Dialog';
import { Group } from './Everyone';
import { PutOut, ReturnToWaiting } from './Ladder';
import type { Act, Someone, View } from './protocol';
import type { Session } from './session';

/** Somebody who waits, or with `present` somebody in the room. */
export interface About {
  person: string;
  name: string;
  seat: string;
  present: Someone | null;
}

export interface PersonProps {
  session: Session;
  view: View;
  about: About;
  onClose: () => void;
}

type Page = 'all' | 'waiting' | 'remove' | 'suspend' | 'danger';

export function PersonDialog(props: PersonProps) {
  const page = useSignal<Page>('all');
  const { session, about, onClose } = props;
  switch (page.value) {
    case 'waiting':
      return <ReturnToWaiting session={session} about={about} onClose={onClose} />;
    case 'remove':
    case 'suspend':
      return <PutOut key={page.value} session={session} about={about} how={page.value} onClose={onClose} />;
    case 'danger':
      return <DangerCard session={session} about={about} onClose={onClose} />;
    case 'all':
      return (
        <Ways
          {...props}
          onPage={(to) => {
            page.value = to;
          }}
        />
      );
  }
}

function Ways({ session, view, about, onClose, onPage }: PersonProps & { onPage: (to: Page) => void }) {
  const { name, person, present } = about;
  const does = (act: Act, text: string) => (
    <button
      type="button"
      class="btn quiet"
      onClick={() => {
        onClose();
        void session.act(act);
      }}
    >
      {text}
    </button>
  );
  const opens = (to: Page, text: string, kind = 'quiet') => (
    <button
      type="button"
      class={`btn ${kind}`}
      onClick={() => {
        onPage(to);
      }}
    >
      {text}
    </button>
  );
  return (
    <Dialog title={name} onClose={onClose}>
      <div class="choices">{opens('danger', words.danger)}</div>
      {present !== null && (
        <Group title={words.speak}>
          <Speaking
            view={view}
            someone={present}
            shares={(session.media.seats.value.get(about.seat)?.screen ?? null) !== null}
            does={does}
          />
        </Group>
      )}
      <Group title={words.talk}>
        <button
          type="button"
          class="btn quiet"
          onClick={() => {
            onClose();
            session.talk.open({ seat: about.seat });
          }}
        >
          {words.write(name)}
        </button>
        {present !== null && view.side_room === null && does({ do: 'invite_aside', person }, words.aside)}
      </Group>
      <Group title={words.steps}>
        {present !== null && opens('waiting', ladder.toWaiting, 'quiet whole')}
        {opens('remove', ladder.remove, 'stop')}
        {opens('suspend', ladder.suspend, 'stop')}
      </Group>
      <Group title={words.stuck}>
        {does({ do: 'eject', seat: about.seat }, ladder.eject)}
        <p class="soft small">{ladder.ejectHint}</p>
      </Group>
      <button type="button" class="link" onClick={onClose}>
        {pages.close}
      </button>
    </Dialog>
  );
}

interface SpeakingProps {
  view: View;
  someone: Someone;
  shares: boolean;
  does: (act: Act, text: string) => preact.JSX.Element;
}

function Speaking({ view, someone, shares, does }: SpeakingProps) {
  const { name, person, microphone_held: muted, camera_held: unseen } = someone;
  const speaks = view.floor.speaker === person;
  return (
    <>
      {does({ do: muted ? 'lift' : 'mute', person }, muted ? desk.liftLabel(name) : desk.muteLabel(name))}
      {does({ do: 'mute_all_but', person }, words.muteOthers(name))}
      {view.floor.mode !== 'open' &&
        does(
          speaks ? { do: 'take_word' } : { do: 'give_word', person },
          speaks ? floorWords.takeBack : desk.giveWordLabel(name),
        )}
      {someone.hand !== null && does({ do: 'lower_hand', person }, desk.lowerLabel(name))}
      {does(
        { do: unseen ? 'lift_camera' : 'hold_camera', person },
        unseen ? words.cameraLift : words.cameraOff,
      )}
      {shares
        ? does({ do: 'stop_screen' }, words.shareStop)
        : does({ do: 'allow_screen', person }, words.share)}
    </>
  );
}
