/** Which of several microphones, cameras or speakers to use. With one there is nothing to choose. */

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

interface ChooseProps {
  label: string;
  kind: MediaDeviceKind;
  /** Look again whenever this changes: names come only once a device was allowed. */
  since: unknown;
  chosen: string | undefined;
  choose: (which: string) => void;
}

export function Choose({ label, kind, since, chosen, choose }: ChooseProps) {
  const devices = useSignal<readonly MediaDeviceInfo[]>([]);
  useEffect(() => {
    const look = () => {
      navigator.mediaDevices
        .enumerateDevices()
        .then((found) => {
          devices.value = found.filter((one) => one.kind === kind && one.deviceId !== '' && one.label !== '');
        })
        .catch(() => undefined);
    };
    look();
    navigator.mediaDevices.addEventListener('devicechange', look);
    return () => {
      navigator.mediaDevices.removeEventListener('devicechange', look);
    };
  }, [kind, since, devices]);
  if (devices.value.length < 2) return null;
  const id = `choose-${kind}`;
  return (
    <div class="field pick">
      <label for={id}>{label}</label>
      <select
        class="input"
        id={id}
        value={chosen ?? devices.value[0]?.deviceId}
        onChange={(event) => {
          choose(event.currentTarget.value);
        }}
      >
        {devices.value.map((one) => (
          <option key={one.deviceId} value={one.deviceId}>
            {one.label}
          </option>
        ))}
      </select>
    </div>
  );
}
