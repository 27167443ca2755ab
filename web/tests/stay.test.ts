import { expect, test, vi } from 'vitest';
import { exitQuickly } from '../src/exit/exit';
import { askToStay } from '../src/room/stay';

/** Whether the browser would ask somebody who is about to go. */
function isAsked(): boolean {
  const going = new Event('beforeunload', { cancelable: true });
  dispatchEvent(going);
  return going.defaultPrevented;
}

test('the last host is asked before the page goes, for as long as that is so', () => {
  expect(isAsked()).toBe(false);
  const stop = askToStay();
  expect(isAsked()).toBe(true);
  stop();
  expect(isAsked()).toBe(false);
});

test('a quick exit asks nothing', () => {
  Object.defineProperty(navigator, 'sendBeacon', { value: () => true, configurable: true });
  vi.spyOn(location, 'replace').mockImplementation(() => undefined);
  askToStay();
  exitQuickly();
  expect(isAsked()).toBe(false);
});
