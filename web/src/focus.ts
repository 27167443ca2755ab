/** Keeps the place of whoever works with the keyboard: what has the focus may go, because it did its work. */

/** Headings, and the names of what has none. */
const HEADING = 'h1, h2, [data-heading]';

/** Where the focus goes when what had it is gone: the nearest heading of what is left. Returns how to stop. */
export function keepFocus(root: HTMLElement): () => void {
  let had: { element: Element; around: Element[] } | null = null;
  const remember = ({ target }: FocusEvent) => {
    if (!(target instanceof Element)) return;
    const around: Element[] = [];
    for (let each = target.parentElement; each !== null && root.contains(each); each = each.parentElement)
      around.push(each);
    had = { element: target, around };
  };
  const watch = new MutationObserver(() => {
    if (had === null || had.element.isConnected || document.activeElement !== document.body) return;
    const left = had.around.filter((each) => each.isConnected);
    had = null;
    const heading = left
      .map((each) => each.querySelector<HTMLElement>(HEADING))
      .find((found) => found !== null);
    if (heading === undefined) return;
    if (!heading.hasAttribute('tabindex')) heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  });
  root.addEventListener('focusin', remember);
  watch.observe(root, { childList: true, subtree: true });
  return () => {
    root.removeEventListener('focusin', remember);
    watch.disconnect();
  };
}
