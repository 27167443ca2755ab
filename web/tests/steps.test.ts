import { beforeEach, describe, expect, test } from 'vitest';
import { request } from '../src/pages/steps';

function form(html: string): HTMLFormElement {
  document.body.innerHTML = html;
  const found = document.querySelector('form');
  if (found === null) throw new Error('no form');
  return found;
}

beforeEach(() => {
  location.href = 'http://localhost/name';
});

describe('a step’s form', () => {
  test('is sent as the browser would: its fields and the pressed button', async () => {
    const it = form(
      '<form method="post" action="/name"><input name="token" value="t"><input name="name" value="Sam & co"><button name="go" value="on">x</button></form>',
    );
    const sent = request(it, it.querySelector('button'));
    if (typeof sent === 'string') throw new Error('not a post');
    expect(sent.method).toBe('POST');
    expect(sent.url).toBe('http://localhost/name');
    expect(await sent.text()).toBe('token=t&name=Sam+%26+co&go=on');
  });

  test('that only asks becomes an address', () => {
    const it = form('<form method="get" action="/find"><input name="day" value="tuesday"></form>');
    expect(request(it, null)).toBe('http://localhost/find?day=tuesday');
  });
});
