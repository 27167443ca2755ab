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
    const take = () => {
      if (document.visibilityState === 'visible') void keepAwake().then((got) => (lock = got));
    };
    take();
    document.addEventListener('visibilitychange', take);
    if ('mediaSession' in navigator)
      navigator.mediaSession.metadata = new MediaMetadata({ title: pages.mark });
    return () => {
      document.removeEventListener('visibilitychange', take);
      void lock?.release();
    };
  }, [on]);
}
