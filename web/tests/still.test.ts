import { beforeEach, expect, test } from 'vitest';
import { keepStill } from '../src/room/still';

const HTML = `
  <section id="hands">Sam</section>
  <section><button id="more">More</button><dialog open><button id="remove">Remove</button></dialog></section>`;

let list: HTMLElement;
let stop: () => void = () => undefined;

function by(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(id);
  return found;
}

const held = () => list.style.getPropertyValue('--held');
const press = (id: string) => by(id).dispatchEvent(new Event('pointerdown', { bubbles: true }));
const release = (how: string) => dispatchEvent(new Event(how));

/** The watcher is told after the current turn, and a click comes right after the release. */
const turn = () => new Promise((done) => setTimeout(done));

/** A layout of one rule: with the hands above, buttons are 100 px lower; what is held is held. */
function top(): number {
  return (document.getElementById('hands') === null ? 0 : 100) + parseFloat(held() || '0');
}

beforeEach(() => {
  stop();
  list = document.createElement('div');
  list.innerHTML = HTML;
  document.body.replaceChildren(list);
  for (const button of list.querySelectorAll('button'))
    button.getBoundingClientRect = () => new DOMRect(0, top(), 60, 44);
  stop = keepStill(list);
});

test('what goes above a pressed button does not move it until it is released', async () => {
  press('more');
  by('hands').remove();
  await turn();
  expect(top()).toBe(100);
  release('pointerup');
  expect(top()).toBe(100);
  await turn();
  expect(top()).toBe(0);
});

test('what comes and goes during one press is made up for each time', async () => {
  const hands = by('hands');
  press('more');
  hands.remove();
  await turn();
  list.prepend(hands);
  await turn();
  expect(held()).toBe('0px');
});

test('a press that becomes a scroll lets the list go', async () => {
  press('more');
  by('hands').remove();
  await turn();
  release('pointercancel');
  await turn();
  expect(held()).toBe('');
});

test.each(['hands', 'remove'])('a press on no button of the list holds nothing: %s', async (id) => {
  press(id);
  by('hands').remove();
  await turn();
  expect(held()).toBe('');
});

test('a list that is gone listens no more', async () => {
  stop();
  press('more');
  by('hands').remove();
  await turn();
  expect(held()).toBe('');
});
