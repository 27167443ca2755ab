/** Shift three times, nothing else in between, within this long. */
const WITHIN_MS = 2000;
const TIMES = 3;

/** Notices the Shift key pressed three times in a row; a Shift that makes a capital letter does not count. */
export class Shifts {
  private at: number[] = [];

  /** Takes one key going down at `now` (milliseconds); true at the third Shift. */
  press(key: string, repeat: boolean, now: number): boolean {
    if (repeat) return false;
    if (key !== 'Shift') {
      this.at = [];
      return false;
    }
    this.at = [...this.at.filter((earlier) => now - earlier < WITHIN_MS), now];
    if (this.at.length < TIMES) return false;
    this.at = [];
    return true;
  }
}
