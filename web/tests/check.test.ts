import { describe, expect, test } from 'vitest';
import { recognise, undo, unable } from '../src/check/browser';
import { count, figures, judge, NO_WAYS, offered, wayOf, type Counts, type Ways } from '../src/check/figures';
import { bar } from '../src/check/level';
import { brightness } from '../src/check/picture';
import { verdict, type Outcome, type Outcomes } from '../src/check/verdict';
import { trouble } from '../src/devices';
import { check } from '../src/words/check';

const ALL: Outcomes = { sound: 'well', voice: 'well', picture: 'well', internet: 'well' };

describe('the verdict', () => {
  test('is ready when everything works', () => {
    expect(verdict(ALL)).toBe('ready');
  });

  test.each<[string, Partial<Outcomes>]>([
    ['the camera is missing', { picture: 'failed' }],
    ['the camera was passed over', { picture: 'skipped' }],
    ['the picture is black', { picture: 'careful' }],
    ['the internet is slow', { internet: 'careful' }],
  ])('is sound only when %s', (_, changes) => {
    expect(verdict({ ...ALL, ...changes })).toBe('sound_only');
  });

  test.each(['sound', 'voice', 'internet'] as const)('needs help when %s failed', (part) => {
    expect(verdict({ ...ALL, [part]: 'failed' })).toBe('needs_help');
  });

  test.each(['sound', 'voice', 'internet'] as const)('is never ready when %s was not checked', (part) => {
    for (const outcome of ['untried', 'trying', 'skipped'] satisfies Outcome[]) {
      expect(verdict({ ...ALL, [part]: outcome })).toBe('not_checked');
    }
  });
});

const QUIET: Counts = {
  at: 0,
  bytesOut: 0,
  bytesIn: 0,
  soundOut: 0,
  soundLostOut: 0,
  soundIn: 0,
  soundLostIn: 0,
  packetsIn: 0,
  missed: 0,
  sentAgain: 0,
  packetsOut: 0,
  roundTrip: 0.03,
  jitter: 0.002,
  pictures: 0,
  heldBack: false,
  way: 'udp',
};

/** Six seconds in which everything went well. */
const FINE: Counts = {
  ...QUIET,
  at: 6000,
  bytesOut: 600_000,
  bytesIn: 600_000,
  soundOut: 300,
  soundIn: 300,
  packetsOut: 900,
  packetsIn: 900,
  pictures: 90,
};

const BY_UDP: Ways = { ...NO_WAYS, udp: 'passed' };

describe('the internet', () => {
  const judged = (change: Partial<Counts>, ways: Ways = BY_UDP) =>
    judge(
      figures(0.03, [
        { ...QUIET, roundTrip: change.roundTrip ?? 0.03 },
        { ...FINE, ...change },
      ]),
      ways,
    );

  test('looks good when near, wide and whole', () => {
    expect(judged({})).toEqual({ outcome: 'well', fault: null });
  });

  test.each([
    ['loses much on the way out', { soundLostOut: 30 }, 'lossy'],
    ['loses much on the way in', { soundLostIn: 30, soundIn: 270 }, 'lossy'],
    ['sends much again', { sentAgain: 90 }, 'lossy'],
    ['asks for much again', { missed: 60 }, 'lossy'],
    ['loses much, whatever the phone manages', { pictures: 10, bytesOut: 75_000, missed: 60 }, 'lossy'],
    ['is narrow, whatever the phone manages', { pictures: 10, bytesOut: 75_000, roundTrip: 0.5 }, 'narrow'],
    ['is so narrow that most gets lost', { bytesOut: 75_000, missed: 600 }, 'narrow'],
    ['is narrow on the way out', { bytesOut: 75_000 }, 'narrow'],
    ['is narrow on the way in', { bytesIn: 75_000 }, 'narrow'],
    [
      'is narrow, so packets queue and get lost',
      { bytesOut: 75_000, soundLostOut: 60, roundTrip: 0.6 },
      'narrow',
    ],
    ['loses so much that less is sent', { bytesOut: 75_000, soundLostOut: 30 }, 'lossy'],
    ['carried nothing back', { bytesIn: 0, soundIn: 0 }, 'not_measured'],
  ] as const)('takes care when it %s', (_, change, fault) => {
    expect(judged(change)).toEqual({ outcome: 'careful', fault });
  });

  test('that is far away works, and very far away takes care', () => {
    const far = (roundTrip: number) =>
      judge(
        figures(roundTrip, [
          { ...QUIET, roundTrip },
          { ...FINE, roundTrip },
        ]),
        BY_UDP,
      );
    expect(far(0.2)).toEqual({ outcome: 'well', fault: 'far' });
    expect(far(0.5)).toEqual({ outcome: 'careful', fault: 'far' });
  });

  test('that lets only a side way through says so', () => {
    expect(judged({}, { udp: 'failed', tcp: 'passed', relay: 'not_checked' }).fault).toBe('udp_blocked');
    expect(judged({}, { udp: 'failed', tcp: 'failed', relay: 'passed' }).fault).toBe('relay_only');
  });

  test('is not called good when nothing was measured', () => {
    expect(judge(figures(null, []), BY_UDP).fault).toBe('not_measured');
    expect(judge(figures(0.03, [FINE]), BY_UDP).fault).toBe('not_measured');
  });

  test('is not called narrow when the phone is what is slow', () => {
    expect(judged({ bytesOut: 75_000, pictures: 10 }).fault).toBe('not_measured');
    expect(judged({ bytesOut: 75_000, pictures: 10, heldBack: true }).fault).toBe('narrow');
  });
});

describe('statistics', () => {
  const OWN = { type: 'local-candidate', id: 'L1', candidateType: 'host', protocol: 'udp' };
  const PAIR = { type: 'candidate-pair', id: 'P1', localCandidateId: 'L1', currentRoundTripTime: 0.05 };

  test.each([
    ['the transport names it', [{ type: 'transport', selectedCandidatePairId: 'P1' }, PAIR]],
    ['it is selected', [{ ...PAIR, selected: true }]],
    ['it is nominated and works', [{ ...PAIR, nominated: true, state: 'succeeded' }]],
  ])('tell the way taken when %s', (_, entries) => {
    expect(wayOf([...entries, OWN])).toBe('udp');
    expect(wayOf([...entries, { ...OWN, protocol: 'tcp' }])).toBe('tcp');
    expect(wayOf([...entries, { ...OWN, candidateType: 'relay' }])).toBe('relay');
  });

  test('tell no way where none was chosen', () => {
    expect(wayOf([PAIR, OWN])).toBeNull();
  });

  test('tell which ways the other side has', () => {
    const line = (protocol: string) => `a=candidate:1 1 ${protocol} 1 192.0.2.1 7882 typ host`;
    expect(offered(`v=0\r\n${line('udp')}\r\n${line('TCP')}`)).toEqual(new Set(['udp', 'tcp']));
    expect(offered(line('udp'))).toEqual(new Set(['udp']));
    expect(offered('v=0')).toEqual(new Set());
  });

  test('count sound apart from picture', () => {
    const counted = count(
      [
        { type: 'outbound-rtp', kind: 'audio', bytesSent: 10, packetsSent: 5 },
        { type: 'outbound-rtp', kind: 'video', bytesSent: 90, packetsSent: 7, retransmittedPacketsSent: 2 },
        { type: 'remote-inbound-rtp', kind: 'audio', packetsLost: 1 },
        { ...PAIR, selected: true },
      ],
      [
        {
          type: 'inbound-rtp',
          kind: 'audio',
          bytesReceived: 8,
          packetsReceived: 4,
          packetsLost: 1,
          jitter: 0.01,
        },
      ],
      1,
    );
    expect(counted).toMatchObject({
      bytesOut: 100,
      soundOut: 5,
      soundLostOut: 1,
      sentAgain: 2,
      packetsOut: 12,
    });
    expect(counted).toMatchObject({ bytesIn: 8, soundIn: 4, soundLostIn: 1, jitter: 0.01, roundTrip: 0.05 });
  });
});

describe('the voice', () => {
  test('leaves the bar still in silence and moves it for speech', () => {
    expect(bar(new Float32Array(64))).toBe(0);
    expect(bar(new Float32Array(64).fill(0.1))).toBeGreaterThan(0.5);
    expect(bar(new Float32Array(64).fill(1))).toBe(1);
  });
});

describe('the picture', () => {
  test('is as bright as its pixels', () => {
    expect(brightness([0, 0, 0, 255, 0, 0, 0, 255])).toBe(0);
    expect(brightness([100, 150, 200, 255])).toBe(150);
  });
});

describe('trouble', () => {
  test.each([
    ['NotAllowedError', 'refused'],
    ['NotFoundError', 'missing'],
    ['NotReadableError', 'busy'],
    ['AnythingElse', 'busy'],
  ])('%s is %s', (name, expected) => {
    expect(trouble(Object.assign(new Error(), { name }))).toBe(expected);
  });
});

const AGENTS = {
  iphoneSafari:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1',
  iphoneChrome:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 CriOS/126.0 Mobile/15E148 Safari/604.1',
  iphoneApp:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 [FBAN/FBIOS;FBAV/440]',
  iphoneBare: 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148',
  mac: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.5 Safari/605.1.15',
  androidChrome: 'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36',
  androidSamsung:
    'Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 SamsungBrowser/25.0 Chrome/121.0 Mobile Safari/537.36',
  androidFirefox: 'Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0',
  androidApp:
    'Mozilla/5.0 (Linux; Android 13; wv) AppleWebKit/537.36 Version/4.0 Chrome/126.0 Mobile Safari/537.36 Instagram 335',
  windowsEdge: 'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0',
  linuxFirefox: 'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0',
};

describe('the browser', () => {
  test.each([
    ['iphoneSafari', 0, { system: 'iphone', maker: 'safari', inApp: false }],
    ['iphoneChrome', 5, { system: 'iphone', maker: 'chrome', inApp: false }],
    ['iphoneApp', 5, { system: 'iphone', maker: 'other', inApp: true }],
    ['iphoneBare', 5, { system: 'iphone', maker: 'other', inApp: true }],
    ['mac', 0, { system: 'computer', maker: 'safari', inApp: false }],
    ['mac', 5, { system: 'iphone', maker: 'safari', inApp: false }],
    ['androidChrome', 5, { system: 'android', maker: 'chrome', inApp: false }],
    ['androidSamsung', 5, { system: 'android', maker: 'samsung', inApp: false }],
    ['androidFirefox', 5, { system: 'android', maker: 'firefox', inApp: false }],
    ['androidApp', 5, { system: 'android', maker: 'chrome', inApp: true }],
    ['windowsEdge', 0, { system: 'computer', maker: 'edge', inApp: false }],
    ['linuxFirefox', 0, { system: 'computer', maker: 'firefox', inApp: false }],
  ] as const)('%s with %i fingers is told', (name, touches, expected) => {
    expect(recognise(AGENTS[name], touches)).toEqual(expected);
  });

  test('that lacks something is an app’s own, too old, or not reached safely', () => {
    const [app, safari] = [recognise(AGENTS.iphoneApp, 5), recognise(AGENTS.iphoneSafari, 5)];
    const without = { secure: true, media: false, connection: true };
    expect(unable(app, without)).toBe('in_app');
    expect(unable(safari, without)).toBe('too_old');
    expect(unable(safari, { ...without, secure: false })).toBe('insecure');
    expect(unable(app, { ...without, media: true })).toBeNull();
  });

  test.each([
    ['iphoneSafari', 'iphone_safari'],
    ['iphoneChrome', 'iphone_other'],
    ['iphoneApp', 'in_app'],
    ['androidChrome', 'android'],
    ['androidSamsung', 'android'],
    ['androidFirefox', 'android_firefox'],
    ['mac', 'computer_safari'],
    ['windowsEdge', 'computer'],
    ['linuxFirefox', 'computer_firefox'],
  ] as const)('%s has a way of its own to undo a refusal', (name, expected) => {
    const browser = recognise(AGENTS[name], 0);
    expect(undo(browser, false, false)).toBe(expected);
    expect(check.undo[undo(browser, false, false)].length).toBeGreaterThan(0);
  });

  test('that would ask again, or is itself refused, is treated so', () => {
    expect(undo(recognise(AGENTS.windowsEdge, 0), true, false)).toBe('ask_again');
    expect(undo(recognise(AGENTS.windowsEdge, 0), false, true)).toBe('system');
  });
});

describe('the words', () => {
  const texts = (from: unknown): string[] =>
    typeof from === 'string'
      ? [from]
      : typeof from === 'object' && from !== null
        ? Object.values(from).flatMap(texts)
        : [];

  test('outside the details are nobody’s jargon', () => {
    const { details, ...plain } = check;
    expect(details.udp).toContain('UDP');
    const jargon = /\b(UDP|TCP|WebRTC|jitter|latency|bandwidth|packet|permission|device|kb\/s|ms)\b/i;
    expect(texts(plain).filter((text) => jargon.test(text))).toEqual([]);
  });

  test('have a sentence for every fault of the internet', () => {
    for (const fault of [
      'offline',
      'no_server',
      'no_socket',
      'seat_ended',
      'blocked',
      'udp_blocked',
      'relay_only',
      'far',
      'lossy',
      'narrow',
      'not_measured',
    ] as const)
      expect(check.internet.faults[fault]).toMatch(/\.$/);
  });
});
