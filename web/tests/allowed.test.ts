import { RoomEvent, type Room } from 'livekit-client';
import { beforeEach, expect, test, vi } from 'vitest';
import { untilAllowed } from '../src/room/allowed';

/** A room whose permissions change when the test says so. */
class Engine {
  permissions: { canPublish: boolean; canPublishSources: number[] } | undefined;
  readonly looking = new Set<() => void>();

  get room(): Room {
    const room = {
      localParticipant: this,
      on: (event: string, look: () => void) =>
        event === (RoomEvent.ParticipantPermissionsChanged as string) && this.looking.add(look),
      off: (_: string, look: () => void) => this.looking.delete(look),
    };
    return room as unknown as Room;
  }

  allow(...sources: number[]): void {
    this.permissions = { canPublish: true, canPublishSources: sources };
    for (const look of [...this.looking]) look();
  }
}

let engine: Engine;

beforeEach(() => {
  vi.useFakeTimers();
  engine = new Engine();
});

test('what is allowed is not waited for', async () => {
  engine.allow(1, 2);
  await untilAllowed(engine.room, 'microphone');
  expect(engine.looking.size).toBe(0);
});

test('a press ahead of the word that allows it waits for that word', async () => {
  engine.allow(1);
  const done = vi.fn();
  const waiting = untilAllowed(engine.room, 'microphone').then(done);
  engine.allow(1, 3);
  await vi.advanceTimersByTimeAsync(1000);
  expect(done).not.toHaveBeenCalled();
  engine.allow(1, 2);
  await waiting;
  expect(engine.looking.size).toBe(0);
});

test('nobody waits for ever for what a host holds', async () => {
  const waiting = untilAllowed(engine.room, 'camera');
  await vi.advanceTimersByTimeAsync(6000);
  await waiting;
  expect(engine.looking.size).toBe(0);
});
