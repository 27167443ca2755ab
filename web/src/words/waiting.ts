/** The waiting room. */

import { area } from './catalogue';
import { clock, hostsOr } from './say';

const say = area('waiting');

export const waiting = {
  connecting: say('Opening the door'),
  connectingText: say('One moment.'),
  hello: (name: string) => (name === '' ? say('Hello') : say('Hello {name}', { name })),
  letIn: (hosts: readonly string[]) =>
    say('{hosts} will let you in. You can put the phone down, your place is kept.', {
      hosts: hostsOr(hosts),
    }),
  early: (hosts: readonly string[], starts: Date) =>
    say('You are early, and that is fine. {hosts} will open the door at {starts}. Your place is kept.', {
      hosts: hostsOr(hosts),
      starts: clock(starts),
    }),
  late: (hosts: readonly string[]) =>
    say('{hosts} will open the door very soon. Your place is kept.', { hosts: hostsOr(hosts) }),
  locked: (hosts: readonly string[]) =>
    say('The group is in the middle of something. {hosts} can see that you are here. Your place is kept.', {
      hosts: hostsOr(hosts),
    }),
  hostAway: say('Your host has lost connection and is coming back. Your place is kept.'),
  returned: say('You are back in the waiting room'),
  /** By the word that a host chose. */
  returnedWith: {
    none: (hosts: readonly string[]) =>
      say('You have done nothing wrong by being here. {hosts} can let you back in. Your place is kept.', {
        hosts: hostsOr(hosts),
      }),
    breather: (hosts: readonly string[]) =>
      say('Take a breather. You have done nothing wrong. {hosts} will let you back in when you are ready.', {
        hosts: hostsOr(hosts),
      }),
    talk_alone: (hosts: readonly string[]) =>
      say('{hosts} would like to talk with you alone soon. Stay here. Your place is kept.', {
        hosts: hostsOr(hosts),
      }),
    sort_sound: (hosts: readonly string[]) =>
      say(
        'Your sound was troubling the room. Try headphones or a quieter spot. {hosts} will let you back in.',
        { hosts: hostsOr(hosts) },
      ),
    safety: (hosts: readonly string[]) =>
      say(
        'Everyone waits here for a little while. You have done nothing wrong. {hosts} will let you back in.',
        { hosts: hostsOr(hosts) },
      ),
  },
  wroteToYou: (name: string) => say('{name} wrote to you', { name }),
  help: say('Message a host'),
  nobody: say('Nobody can see or hear you here. Your camera and microphone are off.'),
  theme: (starts: Date) => (starts.getHours() >= 17 ? say('Tonight') : say('Today')),
  themeText: (theme: string, ends: Date) =>
    theme === ''
      ? say('We stop at {ends}.', { ends: clock(ends) })
      : say('{theme}. We stop at {ends}.', { theme, ends: clock(ends) }),
  near: say('Is someone near you?'),
  agreement: say('Read our agreement'),
  nearText: say('Headphones help. You can just listen.'),
  lost: say('You have lost connection. We keep trying, and your place is kept.'),
  helplines: say('Get help now'),
};
