import { describe, expect, test } from 'vitest';
import * as words from '../src/words/en';

function* sentences(from: unknown): Generator<string> {
  if (typeof from === 'string') yield from;
  else if (typeof from === 'object' && from !== null && !(from instanceof Date)) {
    for (const each of Object.values(from)) yield* sentences(each);
  }
}

const ALL = [...sentences({ ...words })];

describe('words', () => {
  test('name a parent’s host and say when', () => {
    expect(words.waiting.letIn(['Jo'])).toBe(
      'Jo will let you in. You can put the phone down, your place is kept.',
    );
    expect(words.waiting.letIn(['Jo', 'Ray'])).toMatch(/^Jo or Ray will/);
    expect(words.waiting.letIn(['Jo', 'Ray', 'Kim'])).toMatch(/^Jo, Ray or Kim will/);
    expect(words.waiting.letIn([])).toMatch(/^Your host will/);
  });

  test.each([
    [19, 0, '7pm'],
    [19, 24, '7.24pm'],
    [0, 5, '12.05am'],
    [12, 0, '12pm'],
    [9, 30, '9.30am'],
  ])('say %i:%i as %s', (hour, minute, said) => {
    expect(words.clock(new Date(2026, 2, 3, hour, minute))).toBe(said);
  });

  test('never say what a screen must not show: the product’s purpose, or the software’s words', () => {
    const unwanted =
      /abuse|exploit|safeguard|facilitator|participant|WebRTC|permission|device error|browser error/i;
    expect(ALL.filter((sentence) => unwanted.test(sentence))).toEqual([]);
  });

  test('are short sentences', () => {
    const long = ALL.flatMap((text) => text.split(/[.?!] /)).filter(
      (sentence) => sentence.split(' ').length > 22,
    );
    expect(long).toEqual([]);
  });
});
