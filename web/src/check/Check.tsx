/** The readiness check: four parts, each repeatable, each skippable, in plain words. */

import { signal, useComputed, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { check as words, pages } from '../words/en';
import { unable, type Device } from '../devices';
import { Internet, letGo, Picture, Sound, Voice } from './parts';
import { verdict, type Outcome, type Outcomes } from './verdict';

const ORDER = ['sound', 'voice', 'picture', 'internet'] as const;
type Part = (typeof ORDER)[number];

const outcomes = signal<Outcomes>({
  sound: 'untried',
  voice: 'untried',
  picture: 'untried',
  internet: 'untried',
});

interface Props {
  post: string;
  next: string;
  csrf: string | null;
}

/** The first part that still waits to be tried; null when none does. */
function nextPart(all: Outcomes): Part | null {
  return ORDER.find((part) => all[part] === 'untried' || all[part] === 'trying') ?? null;
}

function working({ voice, picture }: Outcomes): Device[] {
  const devices: Device[] = [];
  if (voice === 'well') devices.push('microphone');
  if (picture === 'well') devices.push('camera');
  return devices;
}

async function send(post: string, csrf: string | null, body: object): Promise<boolean> {
  const headers: Record<string, string> = { 'Content-Type': 'application/json' };
  if (csrf !== null) headers['X-CSRF-Token'] = csrf;
  try {
    const answer = await fetch(post, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      credentials: 'same-origin',
    });
    return answer.ok;
  } catch {
    return false;
  }
}

export function Check(props: Props) {
  const why = unable(navigator.userAgent, {
    media: 'mediaDevices' in navigator && typeof navigator.mediaDevices.getUserMedia === 'function',
    connection: 'RTCPeerConnection' in window,
  });
  return (
    <>
      {why === null ? (
        <Parts />
      ) : (
        <div class="notice careful">
          <p>{why === 'in_app' ? words.inApp : words.tooOld}</p>
        </div>
      )}
      <Result {...props} unable={why !== null} />
    </>
  );
}

function Parts() {
  const open = useComputed(() => nextPart(outcomes.value));
  const set = (part: Part) => (outcome: Outcome) => {
    outcomes.value = { ...outcomes.value, [part]: outcome };
  };
  const of = (part: Part) => ({
    outcome: outcomes.value[part],
    current: open.value === part,
    set: set(part),
  });
  return (
    <div class="card">
      <Sound {...of('sound')} />
      <Voice {...of('voice')} />
      <Picture {...of('picture')} />
      <Internet {...of('internet')} devices={working(outcomes.value)} />
    </div>
  );
}

function Result({ post, next, csrf, unable: cannot }: Props & { unable: boolean }) {
  const share = useSignal(true);
  const rung = useSignal(false);
  const failed = useSignal(false);
  const title = useRef<HTMLHeadingElement>(null);
  const done = cannot || nextPart(outcomes.value) === null;
  const reached = cannot ? 'needs_help' : verdict(outcomes.value);

  useEffect(() => {
    if (done) title.current?.focus();
  }, [done]);

  const report = (ringMe: boolean) =>
    send(post, csrf, { verdict: reached, share: share.value, ring_me: ringMe });
  const ring = async () => {
    rung.value = await report(true);
    failed.value = !rung.value;
  };
  const carryOn = async () => {
    letGo();
    if (await report(rung.value)) location.replace(next);
    else failed.value = true;
  };

  return (
    <div class="stack" aria-live="polite">
      {done && (
        <div class={`notice ${reached === 'needs_help' || reached === 'not_checked' ? 'careful' : 'well'}`}>
          <h2 tabIndex={-1} ref={title}>
            {words.verdict[reached].title}
          </h2>
          <p>{words.verdict[reached].text}</p>
        </div>
      )}
      {done && reached !== 'not_checked' && (
        <div class="choice">
          <input
            type="checkbox"
            id="share"
            checked={share.value}
            aria-describedby="share-hint"
            onChange={(event) => {
              share.value = event.currentTarget.checked;
            }}
          />
          <label for="share">{words.share}</label>
          <span class="hint" id="share-hint">
            {words.shareHint}
          </span>
        </div>
      )}
      {failed.value && (
        <p class="error" role="alert">
          {pages.sendFailed}
        </p>
      )}
      <button class={done ? 'btn' : 'btn quiet'} type="button" onClick={() => void carryOn()}>
        {done && (reached === 'ready' || reached === 'sound_only') ? words.ready : words.carryOn}
      </button>
      {rung.value ? (
        <p role="status">{words.ringing}</p>
      ) : (
        <button class="btn quiet" type="button" onClick={() => void ring()}>
          {words.ringMe}
        </button>
      )}
    </div>
  );
}
