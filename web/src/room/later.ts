/** Code that is fetched when it is due, so that whoever waits, or opens the door, does not wait for the rest. */

import { signal } from '@preact/signals';

const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 4000;
/** Some browsers answer a second try from the first one's failure: then only a new page helps. The place is kept. */
const TRIES = 4;

export class Later<T> {
  /** Null until it is there. */
  readonly part = signal<T | null>(null);
  private asked = false;

  constructor(
    private readonly fetch: () => Promise<T>,
    private readonly giveUp: () => void = () => {
      location.reload();
    },
  ) {}

  /** Fetches it, once, however often this is called. */
  ask(): void {
    if (this.asked) return;
    this.asked = true;
    void this.keepAsking();
  }

  private async keepAsking(): Promise<void> {
    let wait = FIRST_RETRY_MS;
    for (let tries = 1; ; tries += 1) {
      try {
        this.part.value = await this.fetch();
        return;
      } catch {
        if (tries >= TRIES && navigator.onLine) {
          this.giveUp();
          return;
        }
      }
      await new Promise((done) => setTimeout(done, wait));
      wait = Math.min(wait * 2, LONGEST_RETRY_MS);
    }
  }
}
