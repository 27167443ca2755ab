/** One's own controls, and the sentence above them about what happened. */

import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { Eye, EyeOff, LogOut, Mic, MicOff, Video, VideoOff, Volume2, type LucideIcon } from 'lucide-preact';
import type { Device } from '../devices';
import { desk, room as words } from '../words/en';
import { Question } from './Dialog';
import type { Session } from './session';

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

function DeviceControl({ session, device }: { session: Session; device: Device }) {
  const you = session.view.value?.you;
  const state = session.media[device].value;
  const text = device === 'microphone' ? words.mic : words.camera;
  const isHeld = device === 'microphone' ? you?.microphone_held : you?.camera_held;
  const press = () => {
    session.press(device);
  };
  if (isHeld === true) {
    return (
      <Control icon={SIGNS[device].off} text={text.held} label={text.heldLabel} kind="off" onClick={press} />
    );
  }
  return (
    <Control
      icon={state === 'on' ? SIGNS[device].on : SIGNS[device].off}
      text={text[state]}
      label={state === 'on' ? text.turnOff : text.turnOn}
      kind={state === 'on' ? 'on' : ''}
      onClick={press}
    />
  );
}

/** Polite, and above the controls, so that thumb and eye find it together. */
export function Sentence({ session }: { session: Session }) {
  const line = session.line.value;
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

function Devices({ session }: { session: Session }) {
  const hidden = session.selfHidden.value;
  return (
    <>
      <DeviceControl session={session} device="microphone" />
      <DeviceControl session={session} device="camera" />
      <Control
        icon={hidden ? Eye : EyeOff}
        text={hidden ? words.showSelf : words.hideSelf}
        label={hidden ? words.showSelfLabel : words.hideSelfLabel}
        onClick={() => {
          session.selfHidden.value = !hidden;
        }}
      />
    </>
  );
}

interface ControlsProps {
  session: Session;
  host?: boolean;
  children?: ComponentChildren;
}

export function Controls({ session, host = false, children }: ControlsProps) {
  const asking = useSignal(false);
  const opened = session.view.value?.phase !== 'scheduled';
  return (
    <nav class="controls" aria-label={words.controls}>
      {opened && <Devices session={session} />}
      {children}
      <Control
        icon={LogOut}
        text={words.leave}
        onClick={() => {
          asking.value = true;
        }}
      />
      {asking.value && (
        <Question
          title={words.leaveTitle}
          text={host ? desk.leaveText : words.leaveText}
          yes={words.leaveYes}
          no={words.leaveNo}
          onYes={() => void session.leave()}
          onClose={() => {
            asking.value = false;
          }}
        />
      )}
    </nav>
  );
}
