// @vitest-environment happy-dom
import { expect, test } from 'vitest';

import { bindPasskeys, readToMake, readToSign, toBytes, toText } from '../src/pages/passkey';

test('bytes go to the server and come back as they were', () => {
  const bytes = Uint8Array.from([0, 250, 251, 252, 253, 254, 255]);
  expect(toText(bytes.buffer)).toMatch(/^[A-Za-z0-9_-]+$/);
  expect([...toBytes(toText(bytes.buffer))]).toEqual([...bytes]);
});

test('what the server asks for becomes what the browser takes', () => {
  const made = readToMake({
    challenge: 'AAEC',
    rp: { name: 'Session' },
    user: { id: 'AQ', name: 'jo', displayName: 'jo' },
    pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
    excludeCredentials: [{ type: 'public-key', id: 'Ag' }],
  });
  expect([...new Uint8Array(made.challenge as ArrayBuffer)]).toEqual([0, 1, 2]);
  expect(made.excludeCredentials).toHaveLength(1);
  expect(readToSign({ challenge: 'AAEC' }).allowCredentials).toEqual([]);
});

test('without passkeys the button stays hidden', () => {
  document.body.innerHTML =
    '<form><div data-passkey="get" hidden><button></button><p role="status"></p></div></form>';
  bindPasskeys();
  expect(document.querySelector<HTMLElement>('[data-passkey]')?.hidden).toBe(true);
});
