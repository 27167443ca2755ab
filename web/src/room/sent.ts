/** What people send to a room, and what one has chosen for oneself. */

import type { Device } from '../devices';

export type Switch = 'off' | 'turning' | 'on';
export type Source = Device | 'screen_share';

/** What a page can put on an element; livekit-client's tracks do. */
export interface Showable {
  attach(element: HTMLMediaElement): unknown;
  detach(element: HTMLMediaElement): unknown;
}

/** What one seat sends just now. */
export interface Sent {
  picture: Showable | null;
  sound: Showable | null;
  screen: Showable | null;
  /** They share their screen, whether or not it is received here. */
  shares: boolean;
  /** Their microphone is on, by their own switch. */
  speaks: boolean;
  /** They are being heard right now. */
  speaking: boolean;
  /** Their line is poor, as far as the media engine tells. */
  poor: boolean;
}

export const NOTHING: Sent = {
  picture: null,
  sound: null,
  screen: null,
  shares: false,
  speaks: false,
  speaking: false,
  poor: false,
};

/** Devices by the browser's word for their kind. */
export const KINDS = ['audioinput', 'videoinput', 'audiooutput'] as const;
export type Kind = (typeof KINDS)[number];

/** Ids of chosen devices; null leaves it to the browser. */
export type Chosen = Readonly<Record<Kind, string | null>>;
export const UNCHOSEN: Chosen = { audioinput: null, videoinput: null, audiooutput: null };
