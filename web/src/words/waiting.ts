/** The waiting room. */

import { clock, hostsOr } from './say';

export const waiting = {
  connecting: 'Opening the door',
  connectingText: 'One moment.',
  hello: (name: string) => (name === '' ? 'Hello' : `Hello ${name}`),
  letIn: (hosts: readonly string[]) =>
    `${hostsOr(hosts)} will let you in. You can put the phone down, your place is kept.`,
  early: (hosts: readonly string[], starts: Date) =>
    `You are early, and that is fine. ${hostsOr(hosts)} will open the door at ${clock(starts)}. Your place is kept.`,
  late: (hosts: readonly string[]) => `${hostsOr(hosts)} will open the door very soon. Your place is kept.`,
  locked: (hosts: readonly string[]) =>
    `The group is in the middle of something. ${hostsOr(hosts)} can see that you are here. Your place is kept.`,
  hostAway: 'Your host has lost connection and is coming back. Your place is kept.',
  returned: 'You are back in the waiting room',
  /** By the word that a host chose. */
  returnedWith: {
    none: (hosts: readonly string[]) =>
      `You have done nothing wrong by being here. ${hostsOr(hosts)} can let you back in. Your place is kept.`,
    breather: (hosts: readonly string[]) =>
      `Take a breather. You have done nothing wrong. ${hostsOr(hosts)} will let you back in when you are ready.`,
    talk_alone: (hosts: readonly string[]) =>
      `${hostsOr(hosts)} would like to talk with you alone soon. Stay here. Your place is kept.`,
    sort_sound: (hosts: readonly string[]) =>
      `Your sound was troubling the room. Try headphones or a quieter spot. ${hostsOr(hosts)} will let you back in.`,
    safety: (hosts: readonly string[]) =>
      `Everyone waits here for a little while. You have done nothing wrong. ${hostsOr(hosts)} will let you back in.`,
  },
  wroteToYou: (name: string) => `${name} wrote to you`,
  help: 'Message a host',
  nobody: 'Nobody can see or hear you here. Your camera and microphone are off.',
  theme: (starts: Date) => (starts.getHours() >= 17 ? 'Tonight' : 'Today'),
  themeText: (theme: string, ends: Date) =>
    theme === '' ? `We stop at ${clock(ends)}.` : `${theme}. We stop at ${clock(ends)}.`,
  near: 'Is someone near you?',
  agreement: 'Read our agreement',
  nearText: 'Headphones help. You can just listen.',
  lost: 'You have lost connection. We keep trying, and your place is kept.',
  helplines: 'Get help now',
};
