/**
 * Sentences in the language of the page. The English ones stand in the code; a page in any other language loads the
 * rest before this, in a script of its own. What is not in it is said in English.
 */

type Facts = Readonly<Record<string, string | number>>;
/** A sentence, or where it counts something one for each kind of number. */
type Said = string | Readonly<Partial<Record<Intl.LDMLPluralRule, string>>>;

declare global {
  var sentences: Readonly<Record<string, Readonly<Record<string, Said>>>> | undefined;
}

function filled(sentence: string, facts: Facts): string {
  return sentence.replace(/\{(\w+)\}/g, (gap, name: string) => String(facts[name] ?? gap));
}

/** The language of days, times and lists. American English would write them otherwise. */
export function locale(): string {
  const { lang } = document.documentElement;
  return isEnglish() ? 'en-GB' : lang;
}

export function isEnglish(): boolean {
  return /^(en\b|$)/.test(document.documentElement.lang);
}

/** What says the sentences of one area, a file of this folder. Facts stand in the sentence as {name}. */
export function area(name: string) {
  const known = globalThis.sentences?.[name] ?? {};

  function say(english: string, facts: Facts = {}): string {
    const said = known[english];
    return filled(typeof said === 'string' ? said : english, facts);
  }

  /** By a number, which is a fact too: {count}. */
  say.counted = (one: string, many: string, count: number, facts: Facts = {}): string => {
    const said = known[one];
    const forms = typeof said === 'string' ? { other: said } : (said ?? { one, other: many });
    const kind = new Intl.PluralRules(locale()).select(count);
    return filled(forms[kind] ?? forms.other ?? many, { ...facts, count });
  };

  return say;
}
