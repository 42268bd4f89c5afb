import { specificationJsonSchema } from '@trainyard/shared/specificationJsonSchema';
import { defineConfig, type Plugin } from 'vite';
import { formSchema } from './form/formSchema.js';

/** `npm run dev -w dashboard` speaks to a host that `trainyard up` has started. */
const HOST = 'http://127.0.0.1:8080';

const SCHEMA = 'virtual:specification-schema';

/** What the form needs of the JSON Schema of specifications, as a module: made once here, so that the page needs none of what makes it. */
const specificationSchema: Plugin = {
  name: 'specification-schema',
  resolveId: (id) => (id === SCHEMA ? `\0${SCHEMA}` : undefined),
  load: (id) =>
    id === `\0${SCHEMA}`
      ? `export default ${JSON.stringify(formSchema(specificationJsonSchema()))}`
      : undefined,
};

export default defineConfig({
  plugins: [specificationSchema],
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
