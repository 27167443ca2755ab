import { resolve } from 'node:path';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** Socket.IO runs over WebSockets only here, so what it brings for other ways is left out: 3 kB less to wait for. */
function webSocketOnly(): Plugin {
  const id = '\0websocket-only';
  let transports = '';
  return {
    name: 'websocket-only',
    enforce: 'pre',
    resolveId(source, importer) {
      if (source !== './transports/index.js' || importer?.includes('engine.io-client') !== true) return null;
      transports = resolve(importer, '../transports');
      return id;
    },
    load(asked) {
      if (asked !== id) return null;
      const from = JSON.stringify(`${transports}/websocket.js`);
      return `import { WS } from ${from};\nexport const transports = { websocket: WS };\n`;
    },
  };
}

/** What several entries share, in one file for each kind of page: every further file costs a phone a request. */
const EVERY_PAGE = /\/src\/(exit\/leaving|words\/(catalogue|pages))\./;
const LIVE_PAGES =
  /\/node_modules\/@?preact\/|\/src\/(devices|focus|media-url|check\/(Choose|level))\.|vite\/preload-helper/;

/** Left out wherever nothing of them is used. Sentences are looked up as they are loaded, which looks like an effect. */
const WITHOUT_EFFECT = /engine\.io-client\/build\/esm\/transports\/polling|\/src\/words\//;

function shared(id: string): string | undefined {
  if (EVERY_PAGE.test(id)) return 'every';
  return LIVE_PAGES.test(id) ? 'live' : undefined;
}

export default defineConfig({
  base: '/static/',
  // No polyfill and no public folder: what is served is what is written here.
  publicDir: false,
  plugins: [webSocketOnly()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    manifest: true,
    target: ['es2020', 'safari14', 'chrome87', 'firefox78'],
    modulePreload: { polyfill: false },
    // A data: or inlined asset would need more than 'self' in the content security policy.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rollupOptions: {
      treeshake: { moduleSideEffects: (id) => !WITHOUT_EFFECT.test(id) },
      input: [
        'src/pages/main.ts',
        'src/pages/passkey.ts',
        'src/check/main.ts',
        'src/room/main.tsx',
        'src/styles/frame.css',
        'src/styles/main.css',
        'src/styles/room.css',
        'src/offline/sw.js',
      ],
      // A service worker keeps its address from one version to the next.
      output: {
        manualChunks: shared,
        entryFileNames: (chunk) => (chunk.name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  test: { environment: 'happy-dom', include: ['tests/**/*.test.{ts,tsx}'] },
});
