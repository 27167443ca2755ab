import { effect } from '@preact/signals';
import { beforeEach, expect, test, vi } from 'vitest';
import type { Heed } from '../src/room/call';
import { Media } from '../src/room/media';

type Device = 'microphone' | 'camera';

/** A call without a network: what is on, and whether there is a line, is up to the test. */
class Pretended {
  readonly on = new Set<string>();
  stands = true;
  /** What turning something on comes to. */
  turning: () => Promise<void> = () => Promise.resolve();
  readonly ended: Promise<void>;
  private end: () => void = () => undefined;

  constructor(
    _pictures: boolean,
    _chosen: unknown,
    readonly heed: Heed,
  ) {
    this.ended = new Promise((done) => (this.end = done));
    calls.push(this);
  }

  connect = () => Promise.resolve();
  close: () => unknown = () => undefined;
  seats = () => new Map();
  switchOf = (device: string) => (this.on.has(device) ? 'on' : 'off');

  async turn(device: Device, on: boolean): Promise<void> {
    if (on) await this.turning();
    if (on) this.on.add(device);
    else this.on.delete(device);
  }

  lose(): void {
    this.stands = false;
    this.end();
  }
}

const calls = vi.hoisted((): Pretended[] => []);
vi.mock('../src/room/call', () => ({ Call: Pretended, ready: Promise.resolve() }));

let media: Media;

function latest(): Pretended {
  const call = calls.at(-1);
  if (call === undefined) throw new Error('no call was made');
  return call;
}

const aMoment = () => vi.advanceTimersByTimeAsync(2000);

beforeEach(async () => {
  vi.useFakeTimers();
  calls.length = 0;
  media = new Media('m');
  media.enter('main');
  await vi.waitFor(() => {
    expect(media.state.value).toBe('on');
  });
});

test('what could not be turned on because the line was lost is turned on with the next line', async () => {
  const first = latest();
  let fail: (error: Error) => void = () => undefined;
  first.turning = () => new Promise((_, failed) => (fail = failed));
  const turning = media.turnTo('camera', true);
  first.lose();
  fail(new Error('the line is lost'));
  await turning;
  await aMoment();
  expect(latest()).not.toBe(first);
  expect(media.camera.value).toBe('on');
  expect(media.trouble.value).toBeNull();
});

test('what could not be turned on though there is a line stays off, and the person is told', async () => {
  latest().turning = () => Promise.reject(new Error('another app has it'));
  await media.turnTo('camera', true);
  expect(media.trouble.value).toEqual({ device: 'camera', why: 'busy' });
  latest().lose();
  await aMoment();
  expect(calls).toHaveLength(2);
  expect(media.camera.value).toBe('off');
});

test('a microphone is off at once, be the line lost or not', async () => {
  await media.turnTo('microphone', true);
  latest().heed.onLink('lost');
  await media.turnTo('microphone', false);
  expect(latest().on).toEqual(new Set());
  latest().heed.onLink('on');
  await aMoment();
  expect(media.microphone.value).toBe('off');
});

test('what is turned on while the line is lost comes on with it', async () => {
  latest().heed.onLink('lost');
  await media.turnTo('microphone', true);
  expect(media.microphone.value).toBe('off');
  latest().heed.onLink('on');
  await aMoment();
  expect(media.microphone.value).toBe('on');
});

test('a page that goes says goodbye before it draws anything: drawing can take longer than the rest of it', async () => {
  const said: string[] = [];
  latest().close = () => said.push('goodbye');
  const forget = effect(() => {
    said.push(media.state.value);
  });
  said.length = 0;
  dispatchEvent(new Event('pagehide'));
  expect(said).toEqual(['goodbye']);
  await aMoment();
  forget();
  expect(media.state.value).toBe('off');
  expect(calls).toHaveLength(1);
});
