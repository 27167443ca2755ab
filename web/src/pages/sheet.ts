/** A page shown over this one (the helplines), so that nobody loses their place or leaves a trail to read it. */

import { pages } from '../words/en';
import { HELPLINES, keepHelplines } from './helplines';

async function open(link: HTMLAnchorElement): Promise<void> {
  const answer = await fetch(link.href, { credentials: 'same-origin' }).catch(() => caches.match(link.href));
  if (answer?.ok !== true) throw new Error(`sheet ${answer?.status ?? 'not kept'}`);
  if (link.pathname === HELPLINES) keepHelplines();
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const content = page.querySelector('main');
  if (content === null) throw new Error('sheet without main');
  show([...content.childNodes], link.dataset['close'] ?? pages.close);
}

function show(content: Node[], closeText: string): void {
  const sheet = document.createElement('dialog');
  sheet.className = 'sheet';
  const close = document.createElement('button');
  close.type = 'button';
  close.className = 'btn quiet';
  close.textContent = closeText;
  close.addEventListener('click', () => {
    sheet.close();
  });
  sheet.addEventListener('close', () => {
    sheet.remove();
  });
  // Last, so that opening the sheet does not put the focus on it.
  sheet.append(...content, close, wayOut());
  document.body.append(sheet);
  sheet.showModal();
}

/** A sheet makes the page behind it inert, so it has the way out itself, in the same place. */
function wayOut(): HTMLButtonElement {
  const exit = document.createElement('button');
  exit.type = 'button';
  exit.className = 'exit';
  exit.dataset['exit'] = '';
  exit.textContent = pages.exit;
  return exit;
}

export function bindSheets(): void {
  document.addEventListener('click', (event) => {
    const link =
      event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[data-sheet]') : null;
    if (link === null || event.ctrlKey || event.metaKey || !('HTMLDialogElement' in window)) return;
    event.preventDefault();
    open(link).catch(() => {
      location.replace(link.href);
    });
  });
}
