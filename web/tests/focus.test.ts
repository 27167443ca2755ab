import { beforeEach, expect, test } from 'vitest';
import { keepFocus } from '../src/focus';

const HTML = `
  <h1 tabindex="-1">Room</h1>
  <section><h2>Waiting</h2><ul><li><button id="sam">Let in</button></li><li><button id="ana">Let in</button></li></ul></section>
  <button id="leave">Leave</button>`;

function by(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(id);
  return found;
}

/** The watcher is told after the current turn. */
const told = () => new Promise((done) => setTimeout(done));

let stop: () => void = () => undefined;
beforeEach(() => {
  stop();
  const root = document.createElement('div');
  root.innerHTML = HTML;
  document.body.replaceChildren(root);
  stop = keepFocus(root);
});

test('a press that takes its own button away leaves the focus at the heading of its list', async () => {
  by('sam').focus();
  by('sam').closest('li')?.remove();
  await told();
  expect(document.activeElement?.textContent).toBe('Waiting');
});

test('with the whole list gone it is at the heading of the page', async () => {
  by('ana').focus();
  document.querySelector('section')?.remove();
  await told();
  expect(document.activeElement?.textContent).toBe('Room');
});

test('what goes elsewhere moves nobody', async () => {
  by('leave').focus();
  by('sam').closest('li')?.remove();
  await told();
  expect(document.activeElement).toBe(by('leave'));
});
