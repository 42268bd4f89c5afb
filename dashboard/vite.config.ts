import { defineConfig } from 'vite';

/** `npm run dev -w dashboard` speaks to a host that `trainyard up` has started. */
const HOST = 'http://127.0.0.1:8080';

export default defineConfig({
  build: {
    outDir: 'dist/page',
    target: 'es2022',
    // A page with a strict content security policy runs no inline script and loads nothing from a `data:` address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      onLog(level, log, report) {
        // "use client" means something to frameworks that render on a server, and nothing here.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log);
      },
    },
  },
  server: { proxy: { '/api': HOST } },
});
