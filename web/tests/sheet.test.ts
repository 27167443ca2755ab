import { afterEach, expect, test, vi } from 'vitest';
import { bindSheets } from '../src/pages/sheet';
import { pages } from '../src/words/en';

afterEach(() => {
  vi.unstubAllGlobals();
  document.body.replaceChildren();
});

test('a sheet has the way out itself, since it makes the page behind it inert', async () => {
  vi.stubGlobal('fetch', () =>
    Promise.resolve(new Response('<main><h1>Helplines</h1></main>', { status: 200 })),
  );
  bindSheets();
  const link = document.createElement('a');
  link.href = '/helplines';
  link.dataset['sheet'] = '';
  document.body.append(link);
  link.click();
  await vi.waitFor(() => {
    expect(document.querySelector('dialog [data-exit]')?.textContent).toBe(pages.exit);
  });
});
