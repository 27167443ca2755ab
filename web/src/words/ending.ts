/** The kind screens at the end. */

import { area } from './catalogue';
import { hostsOr } from './say';

const say = area('ending');

export const ending = {
  declined: {
    title: say('Not this time'),
    text: (hosts: readonly string[]) =>
      say(
        '{hosts} cannot let you in just now. This is not about anything you did. They will be in touch with you.',
        { hosts: hostsOr(hosts) },
      ),
  },
  removed: {
    title: say('Your place is paused'),
    text: (hosts: readonly string[]) =>
      say(
        'A host has paused your place in this session. {hosts} will talk with you alone about what happens next. You still matter to us.',
        { hosts: hostsOr(hosts) },
      ),
  },
  suspended: {
    title: say('Your place is paused for a while'),
    text: (hosts: readonly string[]) =>
      say(
        'A host has paused your place in the group. {hosts} will get in touch to talk about it and about coming back. You still matter to us.',
        { hosts: hostsOr(hosts) },
      ),
  },
  ended: {
    title: say('That’s it for today'),
    text: say('The session has ended. Thank you for being here. Your camera and microphone are off.'),
  },
  left: {
    title: say('You have left'),
    text: say(
      'Your camera and microphone are off. You can come back while the session is on. Your host will let you in again.',
    ),
  },
  elsewhere: {
    title: say('This page is closed now'),
    text: say(
      'You are here on another device, or your host closed this page because it was stuck. You can come back in.',
    ),
  },
  replaced: {
    title: say('Open in two places'),
    text: say('This session is open in another tab or window. Use that one, or carry on here.'),
  },
  seat_ended: {
    title: say('This link has ended'),
    text: say('To come back, open your invite link again. If it does not work, ask your host for a new one.'),
  },
  not_your_session: {
    title: say('This is not your session'),
    text: say('Open your own invite link, or ask your host for help.'),
  },
  refused: {
    title: say('We cannot open the door'),
    text: say('Something is not right on our side. Try again in a minute, or ask your host for help.'),
  },
  comeBack: say('Come back in'),
  carryOnHere: say('Carry on here'),
  tryAgain: say('Try again'),
  goodbye: say('Carry on'),
  home: say('To my groups'),
  debrief: say('To the debrief'),
  helplines: say('Get help now'),
  worried: say('If you need to talk to someone now, these people are there day and night.'),
};
