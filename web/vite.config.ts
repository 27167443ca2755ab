import { defineConfig } from 'vitest/config';

export default defineConfig({
  base: '/static/',
  // No polyfill and no public folder: what is served is what is written here.
  publicDir: false,
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
      input: [
        'src/pages/main.ts',
        'src/check/main.ts',
        'src/room/main.tsx',
        'src/styles/main.css',
        'src/styles/room.css',
        'src/offline/sw.js',
      ],
      // A service worker keeps its address from one version to the next.
      output: {
        entryFileNames: (chunk) => (chunk.name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js'),
      },
    },
  },
  test: { environment: 'happy-dom', include: ['tests/**/*.test.{ts,tsx}'] },
});
