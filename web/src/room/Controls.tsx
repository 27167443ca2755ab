/** One's own controls, and the sentence above them about what happened. */

import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import {
  Hand,
  LifeBuoy,
  LogOut,
  Mic,
  MicOff,
  Video,
  VideoOff,
  Volume2,
  type LucideIcon,
} from 'lucide-preact';
import type { Device } from '../devices';
import { desk, help as helpWords, room as words } from '../words/en';
import { Question } from './Dialog';
import { HelpSheet } from './Help';
import { hindrance, type Hindrance } from './holds';
import { ParentMore } from './ParentMore';
import { isLastHost, stays } from './desk-facts';
import type { View } from './protocol';
import { sentence } from './sentence';
import type { Session } from './session';
import { refusal } from './standing';

interface ControlProps {
  icon: LucideIcon;
  text: string;
  label?: string;
  kind?: '' | 'on' | 'off';
  onClick: () => void;
}

/** The spoken name holds the word on the button, so that who speaks to the phone can say what they see. */
function spoken(text: string, label: string | undefined): string | undefined {
  if (label === undefined || label.toLowerCase().includes(text.toLowerCase())) return label;
  return `${text}. ${label}`;
}

export function Control({ icon: Sign, text, label, kind = '', onClick }: ControlProps) {
  return (
    <button type="button" class={`ctl ${kind}`} aria-label={spoken(text, label)} onClick={onClick}>
      <Sign aria-hidden="true" />
      <span>{text}</span>
    </button>
  );
}

const SIGNS: Record<Device, { on: LucideIcon; off: LucideIcon }> = {
  microphone: { on: Mic, off: MicOff },
  camera: { on: Video, off: VideoOff },
};

/** The word on a button that waits, and what it is called aloud. */
function waits(device: Device, why: Hindrance): { text: string; label: string } {
  const names = device === 'microphone' ? words.mic : words.camera;
  switch (why) {
    case 'held':
      return { text: names.held, label: names.heldLabel };
    case 'paused':
      return { text: words.paused, label: `${names.name} ${words.pausedLabel}` };
    case 'floor':
      return { text: words.listening, label: words.turnLabel };
  }
}

/** A press on one's own microphone or camera. */
export function press(session: Session, device: Device): void {
  const view = session.view.value;
  if (view === null) return;
  const { media } = session;
  const why = hindrance(view, device);
  // Off is always possible, whatever is paused.
  if (why !== null && media[device].value === 'off') {
    session.said.value = refusal(device, why);
    return;
  }
  session.said.value = null;
  if (media.blocked.value) void media.hear();
  void media.turnTo(device, media[device].value === 'off');
}

function DeviceControl({ session, device }: { session: Session; device: Device }) {
  const view = session.view.value;
  const state = session.media[device].value;
  const names = device === 'microphone' ? words.mic : words.camera;
  const why = view === null ? null : hindrance(view, device);
  const on = state === 'on';
  const { text, label } =
    why === null ? { text: names[state], label: on ? names.turnOff : names.turnOn } : waits(device, why);
  return (
    <Control
      icon={on && why === null ? SIGNS[device].on : SIGNS[device].off}
      text={text}
      label={label}
      kind={why === null ? (on ? 'on' : '') : 'off'}
      onClick={() => {
        press(session, device);
      }}
    />
  );
}

/** Polite, and above the controls, so that thumb and eye find it together. */
export function Sentence({ session }: { session: Session }) {
  const line = sentence(session);
  const { state, blocked } = session.media;
  return (
    <div class="says">
      <div role="status">
        {line !== null && (
          <p class={line.careful ? 'say' : 'say plain'}>
            <span>{line.text}</span>
            {line.said && (
              <button
                type="button"
                class="link"
                onClick={() => {
                  session.said.value = null;
                }}
              >
                {words.dismiss}
              </button>
            )}
          </p>
        )}
        {session.selfHidden.value && session.media.camera.value === 'on' && (
          <p class="say plain">{words.selfHidden}</p>
        )}
      </div>
      {state.value === 'on' && blocked.value && (
        <button type="button" class="btn" onClick={() => void session.media.hear()}>
          <Volume2 aria-hidden="true" />
          {words.hear}
        </button>
      )}
    </div>
  );
}

function HandControl({ session, view }: { session: Session; view: View }) {
  const { person, hand_up: up } = view.you;
  return (
    <Control
      icon={Hand}
      text={up ? words.handUp(view.hands.indexOf(person) + 1) : words.hand}
      label={up ? words.lowerHand : words.raiseHand}
      kind={up ? 'on' : ''}
      onClick={() => void session.act({ do: up ? 'lower_own_hand' : 'raise_hand' })}
    />
  );
}

function leavingHost(view: View): string {
  if (isLastHost(view)) return desk.leaveLastText;
  return stays(view) ? desk.leaveText : desk.leaveEmpty;
}

/** Says before whoever goes what the group is left with. */
function Leave({ session, view }: { session: Session; view: View }) {
  const asking = useSignal(false);
  const host = view.you.role === 'facilitator';
  const last = host && isLastHost(view);
  return (
    <>
      <Control
        icon={LogOut}
        text={words.leave}
        onClick={() => {
          asking.value = true;
        }}
      />
      {asking.value && (
        <Question
          title={last ? desk.leaveLast : words.leaveTitle}
          text={host ? leavingHost(view) : words.leaveText}
          yes={last ? desk.leaveLastYes : words.leaveYes}
          no={words.leaveNo}
          grave={last}
          onYes={() => void session.leave()}
          onClose={() => {
            asking.value = false;
          }}
        />
      )}
    </>
  );
}

interface ControlsProps {
  session: Session;
  view: View;
  children?: ComponentChildren;
}

/** Everyone's bar: microphone and camera first, the way out of the session last. */
export function Controls({ session, view, children }: ControlsProps) {
  return (
    <nav class="controls" aria-label={words.controls}>
      {view.phase !== 'scheduled' && (
        <>
          <DeviceControl session={session} device="microphone" />
          <DeviceControl session={session} device="camera" />
        </>
      )}
      {children}
      <Leave session={session} view={view} />
    </nav>
  );
}

interface ParentProps {
  session: Session;
  view: View;
  onKeys: () => void;
}

export function ParentControls({ session, view, onKeys }: ParentProps) {
  const helping = useSignal(false);
  return (
    <Controls session={session} view={view}>
      <HandControl session={session} view={view} />
      <Control
        icon={LifeBuoy}
        text={helpWords.button}
        label={helpWords.label}
        kind={view.you.mark === 'none' ? '' : 'on'}
        onClick={() => {
          helping.value = true;
        }}
      />
      <ParentMore session={session} view={view} onKeys={onKeys} />
      {helping.value && (
        <HelpSheet
          session={session}
          view={view}
          onClose={() => {
            helping.value = false;
          }}
        />
      )}
    </Controls>
  );
}
