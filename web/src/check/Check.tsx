/** The readiness check: four parts, each repeatable, each skippable, in plain words; figures on request. */

import { signal, useComputed } from '@preact/signals';
import { check as words } from '../words/check';
import { recognise, unable, type Browser, type Unable } from './browser';
import { details, noteBrowser } from './details';
import { Internet } from './Internet';
import { Picture } from './Picture';
import { Result, type Way } from './Result';
import { Steps, UNTRIED } from './Row';
import { Sound } from './Sound';
import { verdict, type Found, type Part } from './verdict';
import { Voice } from './Voice';

const ORDER: readonly Part[] = ['sound', 'voice', 'picture', 'internet'];

const found = signal<Readonly<Record<Part, Found>>>({
  sound: UNTRIED,
  voice: UNTRIED,
  picture: UNTRIED,
  internet: UNTRIED,
});

/** The first part that still waits to be tried; null when none does. */
function nextPart(all: Readonly<Record<Part, Found>>): Part | null {
  return ORDER.find((part) => ['untried', 'trying'].includes(all[part].outcome)) ?? null;
}

function here(): Browser {
  const browser = recognise(navigator.userAgent, navigator.maxTouchPoints);
  noteBrowser(browser);
  return browser;
}

const browser = here();

export function Check({ way }: { way: Way }) {
  const cannot = unable(browser, {
    secure: window.isSecureContext,
    media: typeof (navigator.mediaDevices as MediaDevices | undefined)?.getUserMedia === 'function',
    connection: 'RTCPeerConnection' in window,
  });
  const next = useComputed(() => nextPart(found.value));
  const { sound, voice, picture, internet } = found.value;
  const outcomes = {
    sound: sound.outcome,
    voice: voice.outcome,
    picture: picture.outcome,
    internet: internet.outcome,
  };
  return (
    <>
      {cannot === null ? <Parts next={next.value} /> : <Cannot why={cannot} />}
      <Result
        way={way}
        done={cannot !== null || next.value === null}
        reached={cannot === null ? verdict(outcomes) : 'needs_help'}
      />
      <Details />
    </>
  );
}

function Cannot({ why }: { why: Unable }) {
  const { title, text, steps } = words.unable[why];
  return (
    <div class="notice careful" data-fault={why}>
      <h2>{title}</h2>
      <p>{text}</p>
      <Steps steps={steps[browser.system]} />
    </div>
  );
}

function Parts({ next }: { next: Part | null }) {
  const of = (part: Part) => ({
    ...found.value[part],
    current: next === part,
    set: (outcome: Found) => {
      found.value = { ...found.value, [part]: outcome };
    },
  });
  return (
    <>
      {browser.inApp && <p class="soft">{words.mayNotWork}</p>}
      <div class="card">
        <Sound {...of('sound')} />
        <Voice {...of('voice')} browser={browser} />
        <Picture {...of('picture')} browser={browser} />
        <Internet {...of('internet')} />
      </div>
    </>
  );
}

function Details() {
  return (
    <details class="more">
      <summary>{words.details.open}</summary>
      <dl class="facts">
        {[...details.value].map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
