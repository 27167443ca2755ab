import { describe, expect, test } from 'vitest';
import { gallery, hasRoomForLarge, isWide, spotlight, start } from '../src/room/layout';

const PHONE = { width: 360, height: 560 };
const SIDEWAYS = { width: 520, height: 300 };
const LAPTOP = { width: 896, height: 640 };

describe('everybody the same size', () => {
  test.each([
    ['phone', PHONE, { 1: 1, 2: 1, 4: 2, 9: 2, 16: 3 }],
    ['phone on its side', SIDEWAYS, { 1: 1, 2: 2, 4: 2, 9: 3, 16: 4 }],
    ['laptop', LAPTOP, { 1: 1, 2: 2, 4: 2, 9: 3, 16: 4 }],
  ])('on a %s', (_, space, across) => {
    const found = [1, 2, 4, 9, 16].map((people) => [people, gallery(people, space).across]);
    expect(Object.fromEntries(found)).toEqual(across);
  });

  test('has at least one column, even before anything is measured', () => {
    for (let people = 0; people <= 16; people += 1)
      expect(gallery(people, { width: 0, height: 0 }).across).toBeGreaterThanOrEqual(1);
  });

  test('leaves no tile narrower than a face', () => {
    for (let people = 1; people <= 16; people += 1)
      expect(320 / gallery(people, { width: 320, height: 400 }).across).toBeGreaterThanOrEqual(72);
  });

  test('shows signs for words where tiles are narrow', () => {
    expect(gallery(16, PHONE).tight).toBe(true);
    expect(gallery(4, PHONE).tight).toBe(false);
  });
});

describe('the last row', () => {
  test.each([
    [5, 3, 3, 2],
    [5, 2, 4, 2],
    [7, 3, 6, 3],
    [11, 4, 8, 2],
  ])('of %i people, %i across, begins with the one at %i in half column %i', (count, across, at, column) => {
    expect(start(at, count, across)).toBe(column);
    expect(start(at - 1, count, across)).toBeNull();
    if (at + 1 < count) expect(start(at + 1, count, across)).toBeNull();
  });

  test('that is full needs nothing', () => {
    for (let at = 0; at < 6; at += 1) expect(start(at, 6, 3)).toBeNull();
  });
});

describe('one face large', () => {
  test('has the others below on a phone, in rows that are as full as can be', () => {
    expect(spotlight(3, PHONE)).toMatchObject({ wide: false, across: 3 });
    expect(spotlight(8, PHONE)).toMatchObject({ wide: false, across: 3 });
    expect(spotlight(15, PHONE)).toMatchObject({ wide: false, across: 3 });
  });

  test('has them beside it where there is width, in two columns once one is full', () => {
    expect(spotlight(3, LAPTOP)).toMatchObject({ wide: true, across: 1, rows: 5 });
    expect(spotlight(15, LAPTOP)).toMatchObject({ wide: true, across: 2, rows: 8 });
    expect(spotlight(8, SIDEWAYS)).toMatchObject({ wide: true, across: 1, rows: 8 });
  });

  test('is there only where something of the others is seen too', () => {
    for (const space of [PHONE, SIDEWAYS, LAPTOP]) expect(hasRoomForLarge(space)).toBe(true);
    expect(hasRoomForLarge({ width: 180, height: 145 })).toBe(false);
    expect(hasRoomForLarge({ width: 180, height: 200 })).toBe(false);
  });

  test('is beside only where it is clearly wider than high', () => {
    expect(isWide({ width: 500, height: 490 })).toBe(false);
    expect(isWide(SIDEWAYS)).toBe(true);
  });
});
