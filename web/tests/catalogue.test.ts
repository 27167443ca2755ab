import { afterEach, describe, expect, test, vi } from 'vitest';
import { area } from '../src/words/catalogue';

const POLISH = {
  waiting: { 'Hello {name}': 'Cześć {name}' },
  say: { '{count} min': { one: '{count} minuta', few: '{count} minuty', many: '{count} minut' } },
};

function speak(lang: string, sentences: typeof globalThis.sentences): void {
  document.documentElement.lang = lang;
  globalThis.sentences = sentences;
}

afterEach(() => {
  speak('', undefined);
  vi.resetModules();
});

/** The leaves of a catalogue: sentences, and what its functions say of made-up facts. */
function* said(from: unknown): Generator<string> {
  if (typeof from === 'string') yield from;
  else if (typeof from === 'function') yield* called(from as (...facts: unknown[]) => unknown);
  else if (typeof from === 'object' && from !== null)
    for (const each of Object.values(from)) yield* said(each);
}

/** A function of names, numbers or days: those that it cannot take throw. */
function* called(say: (...facts: unknown[]) => unknown): Generator<string> {
  const made = [
    (place: number) => ['§', '¶'][place],
    () => 3,
    () => ['§', '¶'],
    (place: number) => (place === 0 ? '§' : ['¶', '§']),
    () => new Date(2026, 2, 3, 19),
    (place: number) => (place === 0 ? '§' : new Date(2026, 2, 3, 19)),
    (place: number) => (place === 0 ? ['§'] : new Date(2026, 2, 3, 19)),
  ];
  for (const fact of made) {
    try {
      yield* said(say(fact(0), fact(1)));
    } catch (error) {
      if (!(error instanceof TypeError) && !(error instanceof RangeError)) throw error;
    }
  }
}

describe('catalogue', () => {
  test('says English where there is no other, with its facts', () => {
    expect(area('waiting')('Hello {name}', { name: 'Sam' })).toBe('Hello Sam');
    expect(area('door').counted('{count} person', '{count} people', 1)).toBe('1 person');
    expect(area('door').counted('{count} person', '{count} people', 2)).toBe('2 people');
  });

  test('says what the page’s script brought, and English for what it did not', () => {
    speak('pl', POLISH);
    const say = area('waiting');
    expect(say('Hello {name}', { name: 'Ola' })).toBe('Cześć Ola');
    expect(say('Hello')).toBe('Hello');
    const minutes = [1, 2, 5].map((count) => area('say').counted('{count} min', '{count} min', count));
    expect(minutes).toEqual(['1 minuta', '2 minuty', '5 minut']);
  });

  test('never takes a name for a fact of its own', () => {
    expect(area('talk')('{name}: {text}', { name: '{text}', text: 'hi' })).toBe('{text}: hi');
  });

  test('times, lists and places follow the page’s language', async () => {
    speak('pl', POLISH);
    const { clock, joined, ordinal } = await import('../src/words/say');
    expect(clock(new Date(2026, 2, 3, 19, 5))).toBe('19:05');
    expect(joined(['Ola', 'Jan'], 'or')).toBe('Ola lub Jan');
    expect(ordinal(2)).toBe('2');
  });

  test('has every sentence that a page can show', async () => {
    const marked = new Proxy({}, { get: (_, english: string) => `⟦${english}⟧` });
    // Chinese joins lists with one sign, so that no word comes from elsewhere.
    speak('zh', new Proxy({}, { get: () => marked }));
    const words = await import('../src/words/en');
    const outside = [...said({ ...words })].filter((text) => {
      let left = text;
      while (/⟦[^⟦⟧]*⟧/.test(left)) left = left.replace(/⟦[^⟦⟧]*⟧/g, '');
      return /\p{L}{2}/u.test(left.replaceAll('NaN', ''));
    });
    expect(outside).toEqual([]);
  });
});
