/** What people write to each other, and a parent's private line to the hosts. */

import { area } from './catalogue';

const say = area('talk');

export const talk = {
  title: say('Messages'),
  open: say('Messages'),
  openLabel: (count: number) =>
    count === 0 ? say('Messages') : say.counted('Messages · {count} new', 'Messages · {count} new', count),
  empty: say('Nothing here yet'),
  emptyText: say('You see what is written while you are here. Nothing is kept, so nobody can read it later.'),
  to: say('To'),
  toEveryone: say('Everyone in the room'),
  toHosts: say('The hosts only'),
  toWaiting: say('Everyone who waits'),
  toOne: (name: string) => say('Only {name}', { name }),
  device: (name: string, number: number) => say('{name}, device {number}', { name, number }),
  gone: say('somebody who has gone'),
  write: say('Your message'),
  send: say('Send'),
  tooLong: say('That is long. Make it a little shorter.'),
  you: say('You'),
  addressed: {
    you: say('to you'),
    everyone: say('to everyone'),
    hosts: say('to the hosts'),
    waiting: say('to all who wait'),
    one: (name: string) => say('to {name}', { name }),
  },
  remove: say('Delete'),
  removeLabel: (name: string) => say('Delete the message of {name}', { name }),
  removeAll: say('Delete all messages'),
  off: say('Writing to everyone is off. You can always write to the hosts.'),
  hostsOnly: say('What you write goes to the hosts only.'),
  paused: say('Writing to everyone is paused. You can always write to the hosts.'),
  said: (name: string, text: string) => say('{name}: {text}', { name, text }),
  wrote: (name: string) => say('{name} wrote something.', { name }),
  answer: say('Answer'),
  read: say('OK'),
  modes: {
    off: say('Off'),
    hosts: say('Hosts only'),
    everyone: say('Everyone'),
  },
  reactions: {
    title: say('Send a quiet sign'),
    heart: say('Heart'),
    thanks: say('Thank you'),
    with_you: say('With you'),
    tear: say('A tear'),
  },
  reacted: (name: string, reaction: string) => say('{name}: {reaction}.', { name, reaction }),
};

export const help = {
  button: say('Help'),
  label: say('Help: tell your hosts quietly'),
  title: say('Tell your hosts quietly'),
  text: say('Only your hosts see this. Nothing of it is kept.'),
  moment: say('I need a moment'),
  momentHint: say('Turns your microphone and camera off.'),
  check: say('Please check on me'),
  checkHint: say('A host will write to you or ask for a word alone.'),
  message: say('Message a host'),
  told: {
    none: '',
    moment: say('Your hosts can see that you need a moment. Take your time.'),
    check_on_me: say('Your hosts can see that you would like them to check on you.'),
  },
  done: say('I’m all right again'),
  helplines: say('Get help now'),
  close: say('Close'),
};
