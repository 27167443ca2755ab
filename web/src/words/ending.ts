/** The kind screens at the end. */

import { hostsOr } from './say';

export const ending = {
  declined: {
    title: 'Not this time',
    text: (hosts: readonly string[]) =>
      `${hostsOr(hosts)} cannot let you in just now. This is not about anything you did. They will be in touch with you.`,
  },
  removed: {
    title: 'Your place is paused',
    text: (hosts: readonly string[]) =>
      `A host has paused your place in this session. ${hostsOr(hosts)} will talk with you alone about what happens next. You still matter to us.`,
  },
  suspended: {
    title: 'Your place is paused for a while',
    text: (hosts: readonly string[]) =>
      `A host has paused your place in the group. ${hostsOr(hosts)} will get in touch to talk about it and about coming back. You still matter to us.`,
  },
  ended: {
    title: 'That’s it for today',
    text: 'The session has ended. Thank you for being here. Your camera and microphone are off.',
  },
  left: {
    title: 'You have left',
    text: 'Your camera and microphone are off. You can come back while the session is on. Your host will let you in again.',
  },
  elsewhere: {
    title: 'This page is closed now',
    text: 'You are here on another device, or your host closed this page because it was stuck. You can come back in.',
  },
  replaced: {
    title: 'Open somewhere else',
    text: 'This session is open in another tab or window. Use that one, or carry on here.',
  },
  seat_ended: {
    title: 'This link has ended',
    text: 'To come back, open your invite link again. If it does not work, ask your host for a new one.',
  },
  not_your_session: {
    title: 'This is not your session',
    text: 'Open your own invite link, or ask your host for help.',
  },
  refused: {
    title: 'We cannot open the door',
    text: 'Something is not right on our side. Try again in a minute, or ask your host for help.',
  },
  comeBack: 'Come back in',
  carryOnHere: 'Carry on here',
  tryAgain: 'Try again',
  goodbye: 'Carry on',
  home: 'To my groups',
  debrief: 'To the debrief',
  helplines: 'Get help now',
  worried: 'If you need to talk to someone now, these people are there day and night.',
};
