/** Why a microphone or camera did not come, and what to do about it in this very browser. */

import { trouble, type Device } from '../devices';
import { check as words } from '../words/check';
import { stillAsks, undo, type Browser } from './browser';
import { Steps } from './Row';
import type { Fault } from './verdict';

/** `steps`: how to undo a refusal; none where there is nothing to undo. */
export interface Why {
  fault: Fault;
  says: string;
  steps: readonly string[];
}

export async function why(device: Device, error: unknown, browser: Browser): Promise<Why> {
  const fault = trouble(error);
  const says = words[fault][device];
  if (fault !== 'refused') return { fault, says, steps: [] };
  const bySystem = error instanceof Error && /system/i.test(error.message);
  return { fault, says, steps: words.undo[undo(browser, await stillAsks(device), bySystem)] };
}

export function Refusal({ steps }: Pick<Why, 'steps'>) {
  return steps.length === 0 ? null : <Steps steps={steps} />;
}
