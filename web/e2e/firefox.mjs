// Firefox for the end-to-end tests, driven from Python: one JSON object a line in, one JSON object a line out.
//
//   in   {"id": 1, "do": "goto", "tab": "t1", "url": "…"}        the commands are the functions below
//   out  {"id": 1, "ok": true, "value": …}  or  {"id": 1, "ok": false, "error": "…"}
//
// The browser ends when standard input closes. The first argument is Firefox's path.

import { createInterface } from 'node:readline';
import puppeteer from 'puppeteer-core';

const browser = await puppeteer.launch({
  browser: 'firefox',
  executablePath: process.argv[2],
  headless: true,
  protocolTimeout: 60_000,
  extraPrefsFirefox: {
    'media.navigator.streams.fake': true,
    'media.navigator.permission.disabled': true,
    // Media comes from 127.0.0.1 here. Firefox tries that address only when told to, and only from pages that
    // may use a camera already.
    'media.peerconnection.ice.loopback': true,
    'permissions.default.camera': 1,
    'permissions.default.microphone': 1,
    'media.peerconnection.ice.obfuscate_host_addresses': false,
    // As few pictures as Chromium's cameras give, and no more of the page: they are most of what a test costs.
    'media.navigator.video.default_fps': 5,
    'layout.frame_rate': 10,
    'media.autoplay.default': 0,
    'media.autoplay.blocking_policy': 0,
    'network.captive-portal-service.enabled': false,
    'network.connectivity-service.enabled': false,
  },
});

const tabs = new Map();

const commands = {
  async open({ tab, script, width, height }) {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    await page.setViewport({ width, height });
    if (script) await page.evaluateOnNewDocument(script);
    tabs.set(tab, { context, page });
  },
  async goto({ tab, url }) {
    await tabs.get(tab).page.goto(url, { waitUntil: 'load' });
  },
  async evaluate({ tab, expression }) {
    return await tabs.get(tab).page.evaluate(expression);
  },
  async click({ tab, selector, timeout }) {
    await tabs.get(tab).page.locator(selector).setTimeout(timeout).click();
  },
  async fill({ tab, selector, text, timeout }) {
    await tabs.get(tab).page.locator(selector).setTimeout(timeout).fill(text);
  },
  async address({ tab }) {
    return tabs.get(tab).page.url();
  },
  async close({ tab }) {
    await tabs.get(tab).context.close();
    tabs.delete(tab);
  },
};

const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

const serve = async ({ id, do: name, ...what }) => {
  try {
    say({ id, ok: true, value: (await commands[name](what)) ?? null });
  } catch (error) {
    say({ id, ok: false, error: String(error?.message ?? error) });
  }
};

say({ id: 0, ok: true, value: await browser.version() });
const pending = new Set();
for await (const line of createInterface({ input: process.stdin })) {
  const work = serve(JSON.parse(line)).finally(() => pending.delete(work));
  pending.add(work);
}
await browser.close();
