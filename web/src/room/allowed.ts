/** Whether the media engine lets this page send something yet. */

import { RoomEvent, type Room } from 'livekit-client';
import type { Source } from './sent';

/** LiveKit's numbers of what may be sent (TrackSource). */
const NUMBERS = { camera: 1, microphone: 2, screen_share: 3 } as const;
/** What is not allowed by then fails as it would have at once. */
const WAIT_MS = 5000;

/**
 * Waits until this may be sent. A host's word comes to the page by one way and to its call by another: who presses at
 * once, having read that the mute is lifted, may be ahead of it.
 */
export async function untilAllowed(
  room: Pick<Room, 'localParticipant' | 'on' | 'off'>,
  source: Source,
): Promise<void> {
  const isAllowed = () => {
    const { canPublish, canPublishSources } = room.localParticipant.permissions ?? {};
    const sources: readonly number[] = canPublishSources ?? [];
    return canPublish === true && (sources.length === 0 || sources.includes(NUMBERS[source]));
  };
  if (isAllowed()) return;
  await new Promise<void>((done) => {
    const finish = () => {
      clearTimeout(late);
      room.off(RoomEvent.ParticipantPermissionsChanged, look);
      done();
    };
    const look = () => {
      if (isAllowed()) finish();
    };
    const late = setTimeout(finish, WAIT_MS);
    room.on(RoomEvent.ParticipantPermissionsChanged, look);
  });
}
