/** Whether the microphone hears something. */

import { useSignal, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { ask } from '../devices';
import { keepStream } from '../exit/leaving';
import { check as words } from '../words/check';
import type { Browser } from './browser';
import { Choose } from './Choose';
import { note } from './details';
import { listen } from './level';
import { Refusal, why } from './Refusal';
import { hush, Row, SKIPPED, TRYING, Try, WELL, type PartProps } from './Row';

const QUIET_MS = 7000;
/** The bar goes on for a moment, for the pleasure of seeing it work; then the microphone is let go. */
const PLEASURE_MS = 4000;
const say = words.voice;

export function Voice(props: PartProps & { browser: Browser }) {
  const { outcome, set, browser } = props;
  const says = useSignal(say.ask);
  const steps = useSignal<readonly string[]>([]);
  const chosen = useSignal<string | undefined>(undefined);
  const listening = useSignal(false);
  const meter = useRef<HTMLElement>(null);
  const stop = useRef<() => void>(() => undefined);
  useSignalEffect(() => {
    if (hush.value > 0) stop.current();
  });

  const hear = (stream: MediaStream) => {
    const release = keepStream(stream);
    note(words.details.microphone, stream.getAudioTracks()[0]?.label ?? words.details.unknown);
    listening.value = true;
    says.value = say.listening;
    const quiet = setTimeout(() => {
      says.value = say.quiet;
      set({ outcome: 'failed', fault: 'silent' });
    }, QUIET_MS);
    const show = (level: number) => meter.current?.style.setProperty('--level', level.toFixed(2));
    const heard = () => {
      clearTimeout(quiet);
      says.value = say.well;
      set(WELL);
      setTimeout(() => {
        stop.current();
      }, PLEASURE_MS);
    };
    const ear = listen(stream, show, heard);
    stop.current = () => {
      clearTimeout(quiet);
      ear.stop();
      release();
      listening.value = false;
      stop.current = () => undefined;
    };
  };
  const go = async () => {
    stop.current();
    steps.value = [];
    set(TRYING);
    says.value = say.allow;
    try {
      hear(await ask('microphone', chosen.value));
    } catch (error) {
      const found = await why('microphone', error, browser);
      says.value = found.says;
      steps.value = found.steps;
      set({ outcome: 'failed', fault: found.fault });
    }
  };
  const skip = () => {
    stop.current();
    set(SKIPPED);
  };
  return (
    <Row part="voice" of={props} says={says.value}>
      {listening.value && (
        <div class="meter" role="img" aria-label={say.level}>
          <i ref={meter} />
        </div>
      )}
      <Refusal steps={steps.value} />
      {outcome === 'trying' && (
        <div class="answers">
          <button type="button" class="link small" onClick={skip}>
            {words.skip}
          </button>
        </div>
      )}
      <Try of={props} start={say.start} go={() => void go()} />
      {(outcome === 'trying' || outcome === 'careful' || outcome === 'failed') && (
        <Choose
          label={say.choose}
          kind="audioinput"
          since={listening.value}
          chosen={chosen.value}
          choose={(which) => {
            chosen.value = which;
            void go();
          }}
        />
      )}
    </Row>
  );
}
