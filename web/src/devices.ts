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

/** Asks for a device: one of them, or whichever the phone thinks best. */
export function ask(device: Device, which?: string): Promise<MediaStream> {
  const exact = which === undefined ? {} : { deviceId: { exact: which } };
  return navigator.mediaDevices.getUserMedia(
    device === 'microphone'
      ? { audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, ...exact } }
      : { video: { facingMode: 'user', width: { ideal: 640 }, height: { ideal: 360 }, ...exact } },
  );
}
