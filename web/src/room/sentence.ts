/** The one sentence above the controls: what was just said, else what holds, else what is under way. */

import type { Device } from '../devices';
import { desk, room as words } from '../words/en';
import { standing } from './standing';
import type { Session } from './session';

/** Careful stands out; what was just said can be put away. */
export interface Line {
  text: string;
  careful: boolean;
  said: boolean;
}

export function sentence(session: Session): Line | null {
  const view = session.view.value;
  const { media } = session;
  if (session.link.value === 'lost') return line(words.lost, true);
  if (session.said.value !== null) return { text: session.said.value, careful: true, said: true };
  const trouble = media.trouble.value;
  if (trouble !== null) return line(words.device[troubled(trouble.device, trouble.why)], true);
  const holds = view === null ? null : standing(view);
  if (holds !== null) return line(holds, true);
  if (view?.you.role === 'facilitator' && view.phase === 'unattended') return line(desk.waking, false);
  return ofMedia(session);
}

function ofMedia({ media }: Session): Line | null {
  switch (media.state.value) {
    case 'lost':
      return line(words.reconnecting, true);
    case 'slow':
      return line(words.slow, true);
    case 'connecting':
      return line(words.connecting, false);
    case 'off':
      return null;
    case 'on':
      break;
  }
  if (media.taken.value) return line(words.taken, true);
  if (media.unheard.value) return line(words.speaksUnheard, true);
  if (media.soundOnly.value !== 'no') return null;
  if (media.reception.value === 'poor') return line(words.reception.poor, true);
  return media.reception.value === 'weak' ? line(words.reception.weak, false) : null;
}

function line(text: string, careful: boolean): Line {
  return { text, careful, said: false };
}

function troubled(device: Device, why: 'refused' | 'missing' | 'busy'): keyof typeof words.device {
  const names = {
    microphone: { refused: 'refusedMicrophone', missing: 'missingMicrophone', busy: 'failedMicrophone' },
    camera: { refused: 'refusedCamera', missing: 'missingCamera', busy: 'failedCamera' },
  } as const;
  return names[device][why];
}
