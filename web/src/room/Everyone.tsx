/** A host's "More": who speaks, who reads, screens, the knock, the end. Behind one button, so that the desk is calm. */

import { useSignal } from '@preact/signals';
import { Ellipsis } from 'lucide-preact';
import type { ComponentChildren } from 'preact';
import {
  captions as captionWords,
  closing,
  desk as words,
  equipment,
  floor as floorWords,
  keys as keyWords,
  pages,
  room as roomWords,
  talk as talkWords,
} from '../words/en';
import { Choice } from './Choice';
import { Control } from './Controls';
import { parents } from './desk-facts';
import { Dialog } from './Dialog';
import { Equipment } from './Equipment';
import type { Knock } from './knock';
import { ClosingQuestion } from './HostNotices';
import { LayoutChoice, OwnPicture, OwnScreen } from './Own';
import { CHAT_MODES, type Act, type View } from './protocol';
import { Reactions } from './Reactions';
import type { Session } from './session';

interface Props {
  session: Session;
  view: View;
}

interface MoreProps extends Props {
  knock: Knock;
  onKeys: () => void;
}

export function HostMore({ session, view, knock, onKeys }: MoreProps) {
  const open = useSignal<'no' | 'all' | 'closing' | 'equipment'>('no');
  const close = () => {
    open.value = 'no';
  };
  return (
    <>
      <Control
        icon={Ellipsis}
        text={roomWords.more}
        label={`${roomWords.more}: ${words.everyoneTitle}`}
        onClick={() => {
          open.value = 'all';
        }}
      />
      {open.value === 'all' && (
        <Dialog title={words.everyoneTitle} onClose={close}>
          <Speaking session={session} view={view} onDone={close} />
          <Writing session={session} view={view} onDone={close} />
          <Group title={words.yours}>
            <Reactions session={session} view={view} onDone={close} />
            <button
              type="button"
              class="btn quiet"
              onClick={() => {
                open.value = 'equipment';
              }}
            >
              {equipment.open}
            </button>
            <LayoutChoice session={session} onDone={close} />
            <OwnPicture session={session} onDone={close} />
            <OwnScreen session={session} view={view} onDone={close} />
            <button
              type="button"
              class="btn quiet"
              onClick={() => {
                knock.on.value = !knock.on.value;
              }}
            >
              {knock.on.value ? words.knockOn : words.knockOff}
            </button>
            <button
              type="button"
              class="btn quiet"
              onClick={() => {
                close();
                onKeys();
              }}
            >
              {keyWords.open}
            </button>
          </Group>
          <Group title={words.ending}>
            {view.closing_since === null && (
              <button
                type="button"
                class="btn quiet"
                onClick={() => {
                  open.value = 'closing';
                }}
              >
                {closing.start}
              </button>
            )}
            {view.tasks > 0 && (
              <a class="btn quiet" href={session.places.tasks} target="_blank" rel="noopener">
                {words.tasks(view.tasks)}
              </a>
            )}
          </Group>
          <button type="button" class="link" onClick={close}>
            {pages.close}
          </button>
        </Dialog>
      )}
      {open.value === 'equipment' && <Equipment session={session} onClose={close} />}
      {open.value === 'closing' && <ClosingQuestion session={session} onClose={close} />}
    </>
  );
}

/** A heading and what belongs under it, in a dialog. */
export function Group({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="group">
      <h3>{title}</h3>
      <div class="stack choices">{children}</div>
    </section>
  );
}

function Speaking({ session, view, onDone }: Props & { onDone: () => void }) {
  const { mode } = view.floor;
  const choice = (act: Act, text: string, hint?: string) => (
    <Choice
      text={text}
      {...(hint === undefined ? {} : { hint })}
      onClick={() => {
        onDone();
        void session.act(act);
      }}
    />
  );
  return (
    <Group title={words.whoSpeaks}>
      {mode !== 'open' && choice({ do: 'open_floor' }, floorWords.open)}
      {mode !== 'invitation' && choice({ do: 'hold_floor' }, floorWords.hold, floorWords.holdHint)}
      {mode !== 'round' &&
        parents(view).length > 0 &&
        choice({ do: 'start_round' }, floorWords.start, floorWords.startHint)}
      {view.hands.length > 0 && choice({ do: 'lower_all_hands' }, words.lowerAll)}
    </Group>
  );
}

function Writing({ session, view, onDone }: Props & { onDone: () => void }) {
  const { typing } = session.captions;
  return (
    <Group title={words.writing}>
      <div class="segments" role="group" aria-label={words.writing}>
        {CHAT_MODES.map((mode) => (
          <button
            key={mode}
            type="button"
            class="mini"
            aria-pressed={view.chat === mode}
            onClick={() => void session.act({ do: 'set_chat', mode })}
          >
            {talkWords.modes[mode]}
          </button>
        ))}
      </div>
      {!typing.value && (
        <Choice
          text={captionWords.start}
          hint={captionWords.startHint}
          onClick={() => {
            onDone();
            typing.value = true;
          }}
        />
      )}
    </Group>
  );
}
