import { signal } from '@preact/signals';
import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, expect, test } from 'vitest';
import { Announced, ToldContext, type Told } from '../src/room/Announced';
import { Dialog } from '../src/room/Dialog';

const told = signal<Told>({ id: 0, sentences: [] });

function Page({ asks }: { asks: boolean }) {
  return (
    <ToldContext.Provider value={told}>
      {asks && (
        <Dialog title="Leave?" onClose={() => undefined}>
          <p>Stay</p>
        </Dialog>
      )}
      <Announced />
    </ToldContext.Provider>
  );
}

const show = (asks: boolean) =>
  act(() => {
    render(<Page asks={asks} />, document.body);
  });
const said = (where: string) => document.querySelector(`${where} [aria-live]`)?.textContent ?? null;

afterEach(() => {
  render(null, document.body);
});

test('news reach a screen reader also while a question makes the page behind it mute', async () => {
  await show(false);
  await act(() => {
    told.value = { id: 1, sentences: ['Dee joined.'] };
  });
  expect(said('body')).toBe('Dee joined.');

  await show(true);
  expect(said('dialog'), 'nothing is said again because a question opens').toBe('');
  await act(() => {
    told.value = { id: 2, sentences: ['Kaz left.'] };
  });
  expect(said('dialog')).toBe('Kaz left.');
});
