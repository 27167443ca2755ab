/** Whether the camera sees something. */

import { useSignal, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { ask } from '../devices';
import { keepStream } from '../exit/leaving';
import { check as words } from '../words/check';
import type { Browser } from './browser';
import { Choose } from './Choose';
import { note } from './details';
import { isBlack } from './picture';
import { Refusal, why } from './Refusal';
import { hush, Row, TRYING, Try, WELL, type PartProps } from './Row';

const DARK_MS = 2500;
const LOOK_MS = 250;
const say = words.picture;

export function Picture(props: PartProps & { browser: Browser }) {
  const { outcome, set, browser } = props;
  const says = useSignal(say.ask);
  const steps = useSignal<readonly string[]>([]);
  const chosen = useSignal<string | undefined>(undefined);
  const looking = useSignal(false);
  const video = useRef<HTMLVideoElement>(null);
  const stop = useRef<() => void>(() => undefined);
  useSignalEffect(() => {
    if (hush.value > 0) stop.current();
  });

  const see = (stream: MediaStream) => {
    const release = keepStream(stream);
    note(words.details.camera, stream.getVideoTracks()[0]?.label ?? words.details.unknown);
    looking.value = true;
    says.value = say.looking;
    if (video.current !== null) {
      video.current.srcObject = stream;
      video.current.play().catch(() => undefined);
    }
    const since = performance.now();
    const timer = setInterval(() => {
      const black = video.current === null ? null : isBlack(video.current);
      if (black === false) {
        clearInterval(timer);
        says.value = say.well;
        set(WELL);
      } else if (performance.now() - since > DARK_MS && black === true && says.value !== say.dark) {
        says.value = say.dark;
        set({ outcome: 'careful', fault: 'black' });
      }
    }, LOOK_MS);
    stop.current = () => {
      clearInterval(timer);
      release();
      if (video.current !== null) video.current.srcObject = null;
      looking.value = false;
      stop.current = () => undefined;
    };
  };
  const go = async () => {
    stop.current();
    steps.value = [];
    set(TRYING);
    says.value = say.allow;
    try {
      see(await ask('camera', chosen.value));
    } catch (error) {
      const found = await why('camera', error, browser);
      says.value = found.says;
      steps.value = found.steps;
      set({ outcome: 'failed', fault: found.fault });
    }
  };
  return (
    <Row part="picture" of={props} says={says.value}>
      <video class="self" ref={video} muted playsInline aria-label={say.label} hidden={!looking.value} />
      <Refusal steps={steps.value} />
      <Try of={props} start={say.start} go={() => void go()} />
      {(outcome === 'trying' || outcome === 'careful' || outcome === 'failed') && (
        <Choose
          label={say.choose}
          kind="videoinput"
          since={looking.value}
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
