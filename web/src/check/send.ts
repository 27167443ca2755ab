/** The result goes to the platform; false when it did not arrive. */
export async function send(post: string, csrf: string | null, body: object): Promise<boolean> {
  const headers: Record<string, string> = { 'Content-Type': 'application/json' };
  if (csrf !== null) headers['X-CSRF-Token'] = csrf;
  try {
    const answer = await fetch(post, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      credentials: 'same-origin',
    });
    return answer.ok;
  } catch {
    return false;
  }
}
