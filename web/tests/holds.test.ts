import { describe, expect, test } from 'vitest';
import { hindrance, mustLetGo } from '../src/room/holds';
import { held, standing } from '../src/room/standing';
import { floor as words, pause, room } from '../src/words/en';
import { someone, view } from './views';

const ROUND = { mode: 'round', speaker: 'person of dee', since: null } as const;

describe('a microphone', () => {
  test('waits for the turn while the floor is held, except in the side room', () => {
    expect(hindrance(view({ floor: ROUND }), 'microphone')).toBe('floor');
    expect(hindrance(view({ floor: ROUND, you: { has_word: true } }), 'microphone')).toBeNull();
    expect(
      hindrance(view({ floor: ROUND, you: { aside: { state: 'in', with: [] } } }), 'microphone'),
    ).toBeNull();
    expect(hindrance(view({ floor: ROUND, you: { role: 'facilitator' } }), 'microphone')).toBeNull();
  });

  test('is let go of whenever it is held, or only sound is paused', () => {
    expect(mustLetGo(view({ you: { microphone_held: true } }), 'microphone')).toBe(true);
    expect(mustLetGo(view({ floor: ROUND }), 'microphone')).toBe(true);
    expect(mustLetGo(view({ paused: ['sound'] }), 'microphone')).toBe(true);
    expect(mustLetGo(view({ paused: ['picture'] }), 'microphone')).toBe(false);
  });

  test('is kept as it was while everything is paused: nobody is heard, and all comes back as it was', () => {
    const all = view({ paused: ['sound', 'picture', 'chat', 'hands'] });
    expect(hindrance(all, 'microphone')).toBe('paused');
    expect(mustLetGo(all, 'microphone')).toBe(false);
  });
});

describe('a camera', () => {
  test('has nothing to do with turns', () => {
    expect(hindrance(view({ floor: ROUND }), 'camera')).toBeNull();
    expect(hindrance(view({ paused: ['picture'] }), 'camera')).toBe('paused');
  });
});

describe('above the controls stands', () => {
  test('what a host holds, and how to ask', () => {
    expect(held(view())).toBeNull();
    expect(held(view({ you: { microphone_held: true } }))).toBe(room.microphoneHeld);
    expect(held(view({ you: { microphone_held: true, hand_up: true } }))).toBe(room.microphoneHeldAsked);
    expect(held(view({ you: { camera_held: true } }))).toBe(room.cameraHeld);
    expect(held(view({ you: { microphone_held: true, camera_held: true } }))).toBe(room.bothHeld);
  });

  test('what is still paused, once something has come back', () => {
    expect(standing(view({ paused: ['chat', 'hands'] }))).toBe(pause.some(['chat', 'hands']));
    expect(standing(view({ paused: ['sound', 'picture', 'chat'] }))).toBeNull();
  });

  test('whose turn it is', () => {
    const people = [someone('dee')];
    expect(standing(view({ people, floor: ROUND }))).toBe(words.round('DEE'));
    expect(standing(view({ floor: { ...ROUND, mode: 'invitation', speaker: null } }))).toBe(words.invitation);
    expect(standing(view({ floor: ROUND, you: { has_word: true } }))).toBeNull();
    expect(standing(view({ floor: ROUND, you: { role: 'facilitator' } }))).toBeNull();
  });
});
