import { describe, expect, test } from 'vitest';
import { columns, isTight } from '../src/room/grid';

const PHONE = [360, 560] as const;
const LAPTOP = [1280, 610] as const;

describe('columns', () => {
  test.each([
    [1, 1],
    [2, 1],
    [4, 2],
    [6, 2],
    [16, 3],
  ])('%i people on a phone: %i', (people, expected) => {
    expect(columns(people, ...PHONE)).toBe(expected);
  });

  test.each([
    [1, 1],
    [2, 2],
    [4, 2],
    [6, 3],
    [12, 4],
  ])('%i people on a laptop: %i', (people, expected) => {
    expect(columns(people, ...LAPTOP)).toBe(expected);
  });

  test('are never none, even before anything is measured', () => {
    for (let people = 0; people <= 16; people += 1) expect(columns(people, 0, 0)).toBeGreaterThanOrEqual(1);
  });

  test('leave no tile narrower than a face', () => {
    for (let people = 1; people <= 16; people += 1) {
      expect(320 / columns(people, 320, 400)).toBeGreaterThanOrEqual(72);
    }
  });

  test('that are narrow show signs for words', () => {
    expect(isTight(3, 360)).toBe(true);
    expect(isTight(2, 360)).toBe(false);
  });
});
