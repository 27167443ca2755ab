/** The helplines work without internet once they have been opened: the service worker keeps them. */

export const HELPLINES = '/helplines';

export function keepHelplines(): void {
  if (!('serviceWorker' in navigator)) return;
  navigator.serviceWorker.register('/sw.js', { scope: HELPLINES }).catch(() => {
    // Without it (a private window, an old browser) the page is there online all the same.
  });
}
