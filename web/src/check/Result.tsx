/** What the parts come to, and what the parent does with it. */

import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { check as words } from '../words/check';
import { pages } from '../words/en';
import { letGo } from './Row';
import { send } from './send';
import type { Verdict } from './verdict';

export interface Way {
  /** Where the result goes; null on the public page, where nobody is known. */
  post: string | null;
  next: string;
  csrf: string | null;
  /** There is a session, so there is somebody to ring back. */
  canRing: boolean;
}

export function Result({ way, done, reached }: { way: Way; done: boolean; reached: Verdict }) {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (done) title.current?.focus();
  }, [done]);
  return (
    <div class="stack">
      <div aria-live="polite">
        {done && (
          <div
            class={`notice ${reached === 'needs_help' || reached === 'not_checked' ? 'careful' : 'well'}`}
            data-verdict={reached}
          >
            <h2 tabIndex={-1} ref={title}>
              {words.verdict[reached].title}
            </h2>
            <p>{words.verdict[reached].text}</p>
          </div>
        )}
      </div>
      {way.post === null ? (
        done && <StartOver />
      ) : (
        <Answer post={way.post} way={way} done={done} reached={reached} />
      )}
    </div>
  );
}

function StartOver() {
  return (
    <button
      class="btn quiet"
      type="button"
      onClick={() => {
        location.reload();
      }}
    >
      {words.startOver}
    </button>
  );
}

interface AnswerProps {
  post: string;
  way: Way;
  done: boolean;
  reached: Verdict;
}

/** Nothing is told to anybody unless the box is ticked, or the parent asks to be rung. */
function Answer({ post, way, done, reached }: AnswerProps) {
  const share = useSignal(false);
  const rung = useSignal(false);
  const failed = useSignal(false);
  const report = (ringMe: boolean) =>
    send(post, way.csrf, { verdict: reached, share: share.value, ring_me: ringMe });
  const ring = async () => {
    rung.value = await report(true);
    failed.value = !rung.value;
  };
  const carryOn = async () => {
    letGo();
    if (await report(rung.value)) location.replace(way.next);
    else failed.value = true;
  };
  const isReady = done && (reached === 'ready' || reached === 'sound_only');
  return (
    <>
      {done && reached !== 'not_checked' && way.canRing && (
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
        {isReady ? words.ready : words.carryOn}
      </button>
      {way.canRing && !rung.value && (
        <button class="btn quiet" type="button" onClick={() => void ring()}>
          {words.ringMe}
        </button>
      )}
      {rung.value && <p role="status">{words.ringing}</p>}
    </>
  );
}
