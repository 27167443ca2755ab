/** The browser's own question before the page goes: for a host whom the group cannot do without. */

import { useEffect } from 'preact/hooks';
import { whenLeaving } from '../exit/leaving';

function ask(event: Event): void {
  event.preventDefault();
}

/** Asks from now on; a quick exit asks nothing. Returns how to stop. */
export function askToStay(): () => void {
  const stop = () => {
    removeEventListener('beforeunload', ask);
  };
  addEventListener('beforeunload', ask);
  const forget = whenLeaving(stop);
  return () => {
    stop();
    forget();
  };
}

export function useStay(needed: boolean): void {
  useEffect(() => (needed ? askToStay() : undefined), [needed]);
}
