import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { bindExit, exitQuickly } from '../src/exit/exit';
import { keepStream, onceBlank, stopEverything, whenLeaving } from '../src/exit/leaving';
import { Shifts } from '../src/exit/shifts';

const beacon = vi.fn(() => true);
const replace = vi.fn();

beforeEach(() => {
  document.documentElement.hidden = false;
  document.documentElement.dataset['exitUrl'] = 'https://neutral.example/weather';
  document.body.innerHTML =
    '<h1>Hello Sam</h1><form><button data-exit><span>Exit quickly</span></button></form>';
  Object.defineProperty(navigator, 'sendBeacon', { value: beacon, configurable: true });
  vi.spyOn(location, 'replace').mockImplementation(replace);
});

afterEach(() => {
  vi.restoreAllMocks();
  beacon.mockClear();
  replace.mockClear();
});

function tracks(count: number) {
  const all = Array.from({ length: count }, () => ({ enabled: true, stop: vi.fn() }));
  return { all, stream: { getTracks: () => all } as unknown as MediaStream };
}

describe('the quick exit', () => {
  test('stops every track, blanks the page, ends the seat and puts the neutral page in this one’s place', () => {
    const { all, stream } = tracks(2);
    keepStream(stream);
    exitQuickly();
    for (const track of all) {
      expect(track.stop).toHaveBeenCalledOnce();
      expect(track.enabled).toBe(false);
    }
    expect(document.documentElement.hidden).toBe(true);
    expect(beacon).toHaveBeenCalledWith('/exit/seat');
    expect(replace).toHaveBeenCalledWith('https://neutral.example/weather');
  });

  test('clears the page and ends connections behind the blank page, once', async () => {
    const end = vi.fn(() => {
      expect(document.documentElement.hidden).toBe(true);
    });
    onceBlank(end);
    exitQuickly();
    expect(end).not.toHaveBeenCalled();
    await vi.waitFor(() => {
      expect(end).toHaveBeenCalledOnce();
    });
    expect(document.body.childElementCount).toBe(0);
    dispatchEvent(new Event('pagehide'));
    expect(end).toHaveBeenCalledOnce();
  });

  test('goes on when something will not stop', () => {
    const stop = vi.fn();
    whenLeaving(() => {
      throw new Error('stuck');
    });
    whenLeaving(stop);
    beacon.mockImplementationOnce(() => {
      throw new Error('no beacon');
    });
    exitQuickly();
    expect(stop).toHaveBeenCalledOnce();
    expect(replace).toHaveBeenCalledOnce();
  });

  test('comes with the button and with Shift three times', () => {
    bindExit();
    document.querySelector<HTMLElement>('[data-exit] span')?.click();
    expect(replace).toHaveBeenCalledTimes(1);
    for (let press = 0; press < 3; press += 1) dispatchEvent(new KeyboardEvent('keydown', { key: 'Shift' }));
    expect(replace).toHaveBeenCalledTimes(2);
  });

  test('leaves alone what has already been stopped', () => {
    const { all, stream } = tracks(1);
    keepStream(stream)();
    stopEverything();
    expect(all[0]?.stop).toHaveBeenCalledOnce();
  });
});

describe('Shift', () => {
  const presses = (...keys: [string, number][]) => {
    const shifts = new Shifts();
    return keys.map(([key, at]) => shifts.press(key, false, at));
  };

  test('three times in a row is the exit', () => {
    expect(presses(['Shift', 0], ['Shift', 300], ['Shift', 600])).toEqual([false, false, true]);
  });

  test('for capital letters is not', () => {
    expect(presses(['Shift', 0], ['S', 50], ['Shift', 300], ['A', 350], ['Shift', 600])).not.toContain(true);
  });

  test('slowly is not', () => {
    expect(presses(['Shift', 0], ['Shift', 1500], ['Shift', 3000])).not.toContain(true);
  });

  test('held down is one press', () => {
    const shifts = new Shifts();
    expect([0, 1, 2, 3, 4].map((at) => shifts.press('Shift', at > 0, at))).not.toContain(true);
  });
});
