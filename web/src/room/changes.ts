/** What happens around a page that may take its sound away: another app, another network, another headset. */

export interface Changes {
  /** The page is in front again. */
  onBack: () => void;
  /** Another network, or one again. */
  onNetwork: () => void;
  /** A microphone, camera or speaker was plugged in or taken away. */
  onDevices: () => void;
}

interface Network extends EventTarget {
  type?: string;
}

/** Calls back at each change; returns how to stop. */
export function follow({ onBack, onNetwork, onDevices }: Changes): () => void {
  const ends = new AbortController();
  const how = { signal: ends.signal };
  const back = () => {
    if (document.visibilityState === 'visible') onBack();
  };
  document.addEventListener('visibilitychange', back, how);
  addEventListener('pageshow', back, how);
  addEventListener('online', onNetwork, how);
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  devices?.addEventListener('devicechange', onDevices, how);
  const network = (navigator as { connection?: Network }).connection;
  let type = network?.type;
  // It also tells of every new guess at the speed.
  network?.addEventListener(
    'change',
    () => {
      if (network.type === type) return;
      type = network.type;
      onNetwork();
    },
    how,
  );
  return () => {
    ends.abort();
  };
}
