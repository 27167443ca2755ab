/** "Copy" beside a link: shown only where it can work, and says so once it has. */

export function showCopyButtons(root: ParentNode): void {
  for (const button of root.querySelectorAll<HTMLButtonElement>('[data-copy]')) button.hidden = false;
}

async function copy(button: HTMLButtonElement): Promise<void> {
  const field = document.getElementById(button.dataset['copy'] ?? '');
  if (!(field instanceof HTMLInputElement)) return;
  field.select();
  await navigator.clipboard.writeText(field.value);
  button.setAttribute('aria-live', 'polite');
  button.textContent = button.dataset['copied'] ?? button.textContent;
}

export function bindCopy(): void {
  showCopyButtons(document);
  document.addEventListener('click', (event) => {
    const button =
      event.target instanceof Element ? event.target.closest<HTMLButtonElement>('[data-copy]') : null;
    // Refused by the browser: the text stays selected, ready to be copied by hand.
    if (button !== null) copy(button).catch(() => undefined);
  });
}
