/** A few quiet signs, shown beside a name for a moment. */

import { Droplet, HandHeart, Heart, HeartHandshake, type LucideIcon } from 'lucide-preact';
import { talk as words } from '../words/en';
import { REACTIONS, type Reaction, type View } from './protocol';
import type { Session } from './session';

export const SIGNS: Record<Reaction, LucideIcon> = {
  heart: Heart,
  thanks: HandHeart,
  with_you: HeartHandshake,
  tear: Droplet,
};

interface Props {
  session: Session;
  view: View;
  onDone: () => void;
}

export function Reactions({ session, view, onDone }: Props) {
  if (view.phase !== 'open' || view.paused.includes('chat')) return null;
  return (
    <div class="signs" role="group" aria-label={words.reactions.title}>
      {REACTIONS.map((reaction) => {
        const Sign = SIGNS[reaction];
        return (
          <button
            key={reaction}
            type="button"
            class="ctl"
            onClick={() => {
              void session.react(reaction);
              onDone();
            }}
          >
            <Sign aria-hidden="true" />
            <span>{words.reactions[reaction]}</span>
          </button>
        );
      })}
    </div>
  );
}
