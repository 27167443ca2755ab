/**
 * Passkeys: a part of a page marked data-passkey asks our server what to sign, has the device sign it (`get`) or make a
 * new one (`create`), and sends the answer. Without passkeys, or without JavaScript, it stays hidden.
 * Only pages with such a part load this.
 */

interface Described {
  readonly type: 'public-key';
  readonly id: string;
  readonly transports?: AuthenticatorTransport[];
}

/** What the server sends: as the specification has it, but each run of bytes is base64url. */
export type ToMake = Omit<PublicKeyCredentialCreationOptions, 'challenge' | 'user' | 'excludeCredentials'> & {
  readonly challenge: string;
  readonly user: { readonly id: string; readonly name: string; readonly displayName: string };
  readonly excludeCredentials?: readonly Described[];
};
export type ToSign = Omit<PublicKeyCredentialRequestOptions, 'challenge' | 'allowCredentials'> & {
  readonly challenge: string;
  readonly allowCredentials?: readonly Described[];
};

export function toBytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

export function toText(bytes: ArrayBuffer): string {
  const plain = String.fromCharCode(...new Uint8Array(bytes));
  return btoa(plain).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

const described = (one: Described): PublicKeyCredentialDescriptor => ({ ...one, id: toBytes(one.id) });

export function readToMake(told: ToMake): PublicKeyCredentialCreationOptions {
  return {
    ...told,
    challenge: toBytes(told.challenge),
    user: { ...told.user, id: toBytes(told.user.id) },
    excludeCredentials: (told.excludeCredentials ?? []).map(described),
  };
}

export function readToSign(told: ToSign): PublicKeyCredentialRequestOptions {
  return {
    ...told,
    challenge: toBytes(told.challenge),
    allowCredentials: (told.allowCredentials ?? []).map(described),
  };
}

function made(credential: PublicKeyCredential): object {
  const { id, type, rawId, response } = credential;
  const told: Record<string, unknown> = { clientDataJSON: toText(response.clientDataJSON) };
  if (response instanceof AuthenticatorAttestationResponse) {
    told['attestationObject'] = toText(response.attestationObject);
  } else if (response instanceof AuthenticatorAssertionResponse) {
    told['authenticatorData'] = toText(response.authenticatorData);
    told['signature'] = toText(response.signature);
    if (response.userHandle !== null) told['userHandle'] = toText(response.userHandle);
  }
  return { id, type, rawId: toText(rawId), response: told, clientExtensionResults: {} };
}

/** What the server does not take: its own sentence, to be shown. */
class Refused extends Error {}

async function post(path: string, token: string, body: object): Promise<Record<string, unknown>> {
  const answer = await fetch(path, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': token },
    body: JSON.stringify(body),
  });
  const told = (await answer.json()) as Record<string, unknown>;
  if (!answer.ok) throw new Refused(typeof told['problem'] === 'string' ? told['problem'] : '');
  return told;
}

async function use(part: HTMLElement): Promise<void> {
  const form = part.closest('form');
  const fields = form === null ? new FormData() : new FormData(form);
  const read = (name: string): string => {
    const value = fields.get(name);
    return typeof value === 'string' ? value : '';
  };
  const path = part.dataset['path'] ?? '';
  const token = read('token');
  const name = part.dataset['with'] ?? '';
  const extra = name === '' ? {} : { [name]: read(name) };
  const asked: unknown = await post(`${path}/ask`, token, extra);
  const credential =
    part.dataset['passkey'] === 'create'
      ? await navigator.credentials.create({ publicKey: readToMake(asked as ToMake) })
      : await navigator.credentials.get({ publicKey: readToSign(asked as ToSign) });
  if (!(credential instanceof PublicKeyCredential)) throw new Refused('');
  const { next } = await post(path, token, { ...made(credential), ...extra });
  if (typeof next === 'string' && next.startsWith('/')) location.assign(next);
}

function bind(part: HTMLElement): void {
  const button = part.querySelector('button');
  const said = part.querySelector('[role="status"]');
  if (button === null || said === null) return;
  part.hidden = false;
  button.addEventListener('click', () => {
    said.textContent = '';
    button.disabled = true;
    use(part)
      .catch((problem: unknown) => {
        const sentence = problem instanceof Refused ? problem.message : '';
        said.textContent = sentence === '' ? (part.dataset['failed'] ?? '') : sentence;
      })
      .finally(() => {
        button.disabled = false;
      });
  });
}

export function bindPasskeys(): void {
  if (typeof PublicKeyCredential === 'undefined') return;
  document.querySelectorAll<HTMLElement>('[data-no-passkey]').forEach((told) => (told.hidden = true));
  document.querySelectorAll<HTMLElement>('[data-passkey]').forEach(bind);
}

bindPasskeys();
