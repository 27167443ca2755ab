/** Which browser this is, as far as it matters: whether it can take part, and how to undo a no in it. Pure. */

import type { Device } from '../devices';

export type System = 'iphone' | 'android' | 'computer';
export type Maker = 'safari' | 'chrome' | 'edge' | 'firefox' | 'samsung' | 'other';

export interface Browser {
  system: System;
  maker: Maker;
  /** A page inside another app, such as a chat: many of these keep camera and microphone from pages. */
  inApp: boolean;
}

const IN_APP =
  /FBAN|FBAV|FB_IAB|Instagram|Snapchat|TikTok|musical_ly|BytedanceWebview|Twitter|LinkedInApp|Pinterest|Line\/|WhatsApp|MicroMessenger|GSA\/|; wv\)/i;

/** On an iPhone every browser is Safari inside, and one that does not say so is an app's own. */
const BARE_WEBKIT = /(iPhone|iPad|iPod).*AppleWebKit(?!.*(Safari|CriOS|FxiOS|EdgiOS))/;

/** The first that fits: most browsers claim to be Chrome and Safari besides. */
const MAKERS: readonly [RegExp, Maker][] = [
  [/SamsungBrowser/, 'samsung'],
  [/Edg(e|A|iOS)?\//, 'edge'],
  [/Firefox|FxiOS/, 'firefox'],
  [/Chrome|Chromium|CriOS/, 'chrome'],
  [/Safari/, 'safari'],
];

/** `touches`: how many fingers the screen feels, for an iPad says that it is a Mac. */
export function recognise(agent: string, touches: number): Browser {
  const isIphone = /iPhone|iPad|iPod/.test(agent) || (agent.includes('Macintosh') && touches > 1);
  const system = isIphone ? 'iphone' : agent.includes('Android') ? 'android' : 'computer';
  const maker = MAKERS.find(([sign]) => sign.test(agent))?.[1] ?? 'other';
  return { system, maker, inApp: IN_APP.test(agent) || BARE_WEBKIT.test(agent) };
}

export type Unable = 'in_app' | 'too_old' | 'insecure';

export interface Abilities {
  /** The page came over a connection that browsers give cameras to. */
  secure: boolean;
  media: boolean;
  connection: boolean;
}

/** Why this browser cannot take part at all, before anything is asked of it. */
export function unable(browser: Browser, can: Abilities): Unable | null {
  if (can.media && can.connection) return null;
  if (browser.inApp) return 'in_app';
  return can.secure ? 'too_old' : 'insecure';
}

/** Which steps undo a refusal here. `system`: the phone or computer itself refused, not the browser. */
export type Undo =
  | 'ask_again'
  | 'in_app'
  | 'iphone_safari'
  | 'iphone_other'
  | 'android_firefox'
  | 'android'
  | 'computer_safari'
  | 'computer_firefox'
  | 'computer'
  | 'system';

/** `stillAsks`: the browser would ask once more. `bySystem`: it said that it is not itself allowed. */
export function undo(browser: Browser, stillAsks: boolean, bySystem: boolean): Undo {
  if (browser.inApp) return 'in_app';
  if (bySystem && browser.system === 'computer') return 'system';
  if (stillAsks) return 'ask_again';
  const { system, maker } = browser;
  if (system === 'iphone') return maker === 'safari' ? 'iphone_safari' : 'iphone_other';
  if (system === 'android') return maker === 'firefox' ? 'android_firefox' : 'android';
  if (maker === 'safari') return 'computer_safari';
  return maker === 'firefox' ? 'computer_firefox' : 'computer';
}

/** Whether the browser would still ask for this device; true where it does not say. */
export async function stillAsks(device: Device): Promise<boolean> {
  try {
    const name = device as PermissionName;
    return (await navigator.permissions.query({ name })).state === 'prompt';
  } catch {
    return true;
  }
}
