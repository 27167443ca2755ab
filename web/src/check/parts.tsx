/** The four parts of the check. Each shows its outcome as a sign and in words, and can be tried again. */

import { signal, useSignal, useSignalEffect } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import { keepStream } from '../exit/leaving';
import { check as words } from '../words/en';
import { ask, trouble, type Device } from '../devices';
import { judged, tryInternet } from './internet';
import { listen } from './level';
import { isBlack } from './picture';
import { chime } from './sound';
import type { Outcome } from './verdict';

export interface PartProps {
  outcome: Outcome;
  /** It is this part's turn: its first button stands out. */
  current: boolean;
  set: (outcome: Outcome) => void;
}

/** Counts up when microphone and camera must be let go: the next part needs them, or the check is over. */
const hush = signal(0);
export function letGo(): void {
  hush.value += 1;
}

const QUIET_MS = 8000;
const DARK_MS = 2500;

const SIGNS: Record<Outcome, { kind: string; sign: string }> = {
  untried: { kind: '', sign: '' },
  trying: { kind: '', sign: '…' },
  well: { kind: 'well', sign: '✓' },
  careful: { kind: 'careful', sign: '!' },
  failed: { kind: 'careful', sign: '!' },
  skipped: { kind: '', sign: '–' },
};

interface RowProps {
  name: string;
  outcome: Outcome;
  says: string;
  /** A part whose turn is still to come shows its name only. */
  shown: boolean;
  children: ComponentChildren;
}

function Row({ name, outcome, says, shown, children }: RowProps) {
  const { kind, sign } = SIGNS[outcome];
  return (
    <section class="row" aria-label={name}>
      <span class={`dot ${kind}`} aria-hidden="true">
        {sign}
      </span>
      <div class="grow">
        <b>{name}</b> <span class="unseen">{words.state[outcome]}</span>
        <div class="soft" role="status">
          {shown && says}
        </div>
        {shown && children}
      </div>
    </section>
  );
}

interface TryProps extends PartProps {
  start: string;
  go: () => void;
}

/** "Try my voice" and "Skip this" before, "Try again" after. */
function Try({ outcome, current, set, start, go }: TryProps) {
  if (outcome === 'trying') return null;
  const before = outcome === 'untried';
  return (
    <div class="answers">
      <button type="button" class={before && current ? 'btn small' : 'btn quiet small'} onClick={go}>
        {before ? start : words.again}
      </button>
      {before && current && (
        <button
          type="button"
          class="link small"
          onClick={() => {
            set('skipped');
          }}
        >
          {words.skip}
        </button>
      )}
    </div>
  );
}

export function Sound(props: PartProps) {
  const { outcome, current, set } = props;
  const played = useSignal(false);
  const play = () => {
    set('trying');
    played.value = true;
    chime().catch(() => {
      set('failed');
    });
  };
  const says = { untried: words.sound.ask, trying: words.sound.heard, well: words.sound.well };
  return (
    <Row
      shown={props.current || outcome !== 'untried'}
      name={words.sound.name}
      outcome={outcome}
      says={
        outcome === 'skipped'
          ? words.skipped
          : ((says as Record<string, string>)[outcome] ?? words.sound.failed)
      }
    >
      {outcome === 'trying' ? (
        <div class="answers">
          <button
            type="button"
            class="btn small"
            onClick={() => {
              set('well');
            }}
          >
            {words.sound.yes}
          </button>
          <button
            type="button"
            class="btn quiet small"
            onClick={() => {
              set('failed');
            }}
          >
            {words.sound.no}
          </button>
          <button type="button" class="link small" onClick={play}>
            {words.sound.again}
          </button>
        </div>
      ) : (
        <Try {...props} current={current} start={words.sound.play} go={play} />
      )}
    </Row>
  );
}

function deviceTrouble(device: Device, error: unknown): string {
  return words[trouble(error)][device];
}

export function Voice(props: PartProps) {
  const { outcome, set } = props;
  const says = useSignal(words.voice.ask);
  const meter = useRef<HTMLElement>(null);
  const listening = useSignal(false);
  const stop = useRef<() => void>(() => undefined);
  useSignalEffect(() => {
    if (hush.value > 0) stop.current();
  });

  const go = async () => {
    stop.current();
    set('trying');
    says.value = words.voice.allow;
    try {
      const stream = await ask('microphone');
      const release = keepStream(stream);
      listening.value = true;
      says.value = words.voice.listening;
      const quiet = setTimeout(() => {
        says.value = words.voice.quiet;
      }, QUIET_MS);
      const show = (level: number) => meter.current?.style.setProperty('--level', level.toFixed(2));
      const heard = () => {
        clearTimeout(quiet);
        says.value = words.voice.well;
        set('well');
        // The bar goes on for a moment, for the pleasure of seeing it work; then the microphone is let go.
        setTimeout(() => {
          stop.current();
        }, 4000);
      };
      const ear = listen(stream, show, heard);
      stop.current = () => {
        clearTimeout(quiet);
        ear.stop();
        release();
        listening.value = false;
        stop.current = () => undefined;
      };
    } catch (error) {
      says.value = deviceTrouble('microphone', error);
      set('failed');
    }
  };
  const skip = () => {
    stop.current();
    set('skipped');
  };
  return (
    <Row
      shown={props.current || outcome !== 'untried'}
      name={words.voice.name}
      outcome={outcome}
      says={outcome === 'skipped' ? words.skipped : says.value}
    >
      {listening.value && (
        <div class="meter" role="img" aria-label={words.voice.level}>
          <i ref={meter} />
        </div>
      )}
      {outcome === 'trying' && (
        <div class="answers">
          <button type="button" class="link small" onClick={skip}>
            {words.skip}
          </button>
        </div>
      )}
      <Try {...props} start={words.voice.start} go={() => void go()} />
    </Row>
  );
}

export function Picture(props: PartProps) {
  const { outcome, set } = props;
  const says = useSignal(words.picture.ask);
  const looking = useSignal(false);
  const video = useRef<HTMLVideoElement>(null);
  const stop = useRef<() => void>(() => undefined);
  useSignalEffect(() => {
    if (hush.value > 0) stop.current();
  });

  const go = async () => {
    stop.current();
    set('trying');
    says.value = words.picture.allow;
    try {
      const stream = await ask('camera');
      const release = keepStream(stream);
      looking.value = true;
      says.value = words.picture.looking;
      if (video.current !== null) {
        video.current.srcObject = stream;
        video.current.play().catch(() => undefined);
      }
      const since = performance.now();
      const timer = setInterval(() => {
        const black = video.current === null ? null : isBlack(video.current);
        if (black === false) {
          clearInterval(timer);
          says.value = words.picture.well;
          set('well');
        } else if (performance.now() - since > DARK_MS && black === true) {
          says.value = words.picture.dark;
          set('careful');
        }
      }, 250);
      stop.current = () => {
        clearInterval(timer);
        release();
        if (video.current !== null) video.current.srcObject = null;
        looking.value = false;
        stop.current = () => undefined;
      };
    } catch (error) {
      says.value = deviceTrouble('camera', error);
      set('failed');
    }
  };
  return (
    <Row
      shown={props.current || outcome !== 'untried'}
      name={words.picture.name}
      outcome={outcome}
      says={outcome === 'skipped' ? words.skipped : says.value}
    >
      <video
        class="self"
        ref={video}
        muted
        playsInline
        aria-label={words.picture.label}
        hidden={!looking.value}
      />
      <Try {...props} start={words.picture.start} go={() => void go()} />
    </Row>
  );
}

/** The devices that worked, asked for once more: their permission is there already. Those that fail are left out. */
async function borrow(devices: readonly Device[]): Promise<MediaStream[]> {
  const asked = await Promise.allSettled(devices.map(ask));
  return asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
}

export function Internet(props: PartProps & { devices: readonly Device[] }) {
  const { outcome, set, devices } = props;
  const says = useSignal(words.internet.ask);
  const go = async () => {
    set('trying');
    says.value = words.internet.trying;
    letGo();
    const streams = await borrow(devices);
    const release = streams.map(keepStream);
    try {
      const reached = judged(await tryInternet(streams.flatMap((stream) => stream.getTracks())));
      says.value = words.internet[reached];
      set(reached);
    } catch {
      says.value = navigator.onLine ? words.internet.failed : words.internet.offline;
      set('failed');
    } finally {
      for (const stop of release) stop();
    }
  };
  return (
    <Row
      shown={props.current || outcome !== 'untried'}
      name={words.internet.name}
      outcome={outcome}
      says={outcome === 'skipped' ? words.skipped : says.value}
    >
      <Try {...props} start={words.internet.start} go={() => void go()} />
    </Row>
  );
}
