import { expect, test } from 'vitest';
import { chosen, type Key } from '../src/room/keys';

const key = (name: string): Key => ({ key: name, text: name, does: () => undefined });
const KEYS = [key('m'), key('P'), key('?')];
const press = (name: string, changes: Partial<KeyboardEvent> = {}) => ({
  key: name,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  repeat: false,
  target: document.body,
  ...changes,
});

test('one press is one key, and with Shift another', () => {
  expect(chosen(KEYS, press('m'), false)?.key).toBe('m');
  expect(chosen(KEYS, press('P'), false)?.key).toBe('P');
  expect(chosen(KEYS, press('p'), false)).toBeNull();
});

test.each([{ ctrlKey: true }, { metaKey: true }, { altKey: true }, { repeat: true }])(
  'what the browser means by it stays the browser’s: %j',
  (changes) => {
    expect(chosen(KEYS, press('m', changes), false)).toBeNull();
  },
);

test('nothing happens while a question is open', () => {
  expect(chosen(KEYS, press('m'), true)).toBeNull();
});

test.each(['input', 'textarea', 'select'])('a letter written into a %s is a letter', (kind) => {
  expect(chosen(KEYS, press('m', { target: document.createElement(kind) }), false)).toBeNull();
});
