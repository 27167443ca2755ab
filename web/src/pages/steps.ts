/**
 * A parent's steps leave no trail: on pages marked data-no-history each step replaces the one before it, so that Back
 * never shows one. Without JavaScript, or when this fails, forms and links work as they always do.
 */

import { pages } from '../words/en';

/** How a form would be sent: address, and for everything but GET its method and body. */
export function request(form: HTMLFormElement, submitter: HTMLElement | null): Request | string {
  const data = new FormData(form);
  if (submitter instanceof HTMLButtonElement && submitter.name !== '')
    data.append(submitter.name, submitter.value);
  const body = new URLSearchParams();
  for (const [name, value] of data) if (typeof value === 'string') body.append(name, value);
  const action = new URL(form.getAttribute('action') ?? '', location.href);
  if (form.method.toLowerCase() === 'get') {
    action.search = body.toString();
    return action.href;
  }
  return new Request(action.href, { method: 'POST', body, credentials: 'same-origin' });
}

/** The answer to a form that was not a redirect is the page again, with what is wrong on it: show it in place. */
function showAgain(html: string): void {
  const next = new DOMParser().parseFromString(html, 'text/html').querySelector('main');
  const main = document.querySelector('main');
  if (next === null || main === null) return;
  main.replaceChildren(...next.childNodes);
  settle(document);
}

/** After a page or a part of it came: what needs attention gets the focus. */
export function settle(root: ParentNode): void {
  root.querySelector<HTMLElement>('[data-focus]')?.focus();
}

function complain(form: HTMLFormElement): void {
  const earlier = form.querySelector('[data-complaint]');
  const place = earlier ?? document.createElement('p');
  place.className = 'error';
  place.setAttribute('role', 'alert');
  place.setAttribute('data-complaint', '');
  place.textContent = pages.sendFailed;
  if (earlier === null) form.append(place);
}

async function send(form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
  const asked = request(form, submitter);
  if (typeof asked === 'string') {
    location.replace(asked);
    return;
  }
  form.setAttribute('aria-busy', 'true');
  try {
    const answer = await fetch(asked);
    if (answer.redirected) location.replace(answer.url);
    else showAgain(await answer.text());
  } catch {
    complain(form);
  } finally {
    form.removeAttribute('aria-busy');
  }
}

function onSubmit(event: SubmitEvent): void {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.hasAttribute('data-plain') || event.defaultPrevented) return;
  event.preventDefault();
  if (form.getAttribute('aria-busy') !== 'true') void send(form, event.submitter);
}

function onClick(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey) return;
  const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[href]') : null;
  if (link === null || link.target === '_blank' || link.origin !== location.origin) return;
  event.preventDefault();
  location.replace(link.href);
}

/** A link to a place on this page moves the focus there, and adds nothing to the history either. */
function onHash(event: MouseEvent): void {
  const link =
    event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[href^="#"]') : null;
  const place = link === null ? null : document.getElementById(link.hash.slice(1));
  if (place === null) return;
  event.preventDefault();
  place.focus();
  place.scrollIntoView({ block: 'center' });
}

export function bindSteps(): void {
  document.addEventListener('click', onHash);
  if (!document.documentElement.hasAttribute('data-no-history')) return;
  document.addEventListener('submit', onSubmit);
  document.addEventListener('click', onClick);
}
