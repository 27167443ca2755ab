/** Keeps a phone from going dark in the middle of the session, and its lock screen neutral. */

import { useEffect } from 'preact/hooks';
import { pages } from '../words/en';

async function keepAwake(): Promise<WakeLockSentinel | null> {
  try {
    return 'wakeLock' in navigator ? await navigator.wakeLock.request('screen') : null;
  } catch {
    // Low battery, or the page is not in front: asked for again when it is.
    return null;
  }
}

export function useAwake(on: boolean): void {
  useEffect(() => {
    if (!on) return undefined;
    let lock: WakeLockSentinel | null = null;
    let over = false;
    const take = async () => {
      if (document.visibilityState !== 'visible' || lock?.released === false) return;
      const got = await keepAwake();
      if (over) void got?.release();
      else lock = got;
    };
    const look = () => void take();
    look();
    document.addEventListener('visibilitychange', look);
    if ('mediaSession' in navigator)
      navigator.mediaSession.metadata = new MediaMetadata({ title: pages.mark });
    return () => {
      over = true;
      document.removeEventListener('visibilitychange', look);
      void lock?.release();
    };
  }, [on]);
}
