/** Asking for a microphone or camera, and in plain terms why one did not come. */

export type Device = 'microphone' | 'camera';

/** refused: the person or the browser said no; missing: there is none; busy: something else holds it. */
export type Trouble = 'refused' | 'missing' | 'busy';

export function trouble(error: unknown): Trouble {
  const name = error instanceof Error ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError' || name === 'PermissionDeniedError')
    return 'refused';
  if (name === 'NotFoundError' || name === 'OverconstrainedError' || name === 'DevicesNotFoundError')
    return 'missing';
  return 'busy';
}

/** Apps that show web pages inside themselves and keep the camera from them. */
const IN_APP =
  /FBAN|FBAV|FB_IAB|Instagram|Snapchat|TikTok|musical_ly|BytedanceWebview|Twitter|LinkedInApp|; wv\)/i;

export type Unable = 'in_app' | 'too_old' | null;

/** Why this browser cannot take part at all, before anything is asked of it. */
export function unable(agent: string, has: { media: boolean; connection: boolean }): Unable {
  if (has.media && has.connection) return null;
  return IN_APP.test(agent) ? 'in_app' : 'too_old';
}

export function ask(device: Device): Promise<MediaStream> {
  return navigator.mediaDevices.getUserMedia(
    device === 'microphone'
      ? { audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } }
      : { video: { facingMode: 'user', width: { ideal: 640 }, height: { ideal: 360 } } },
  );
}
