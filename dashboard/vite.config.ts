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

/** Reads documents of Firestore itself, and is loaded where there is somebody to sign in there. */
const PARSES = '/dashboard/feed/openFirestore.ts';

/** No view may load zod, which weighs a sixth of it: a module that views share with what parses is to be parted into what it says and its schemas. */
const viewsWithoutSchemas: Plugin = {
  name: 'views-without-schemas',
  generateBundle(_options, bundle) {
    const chunks = Object.values(bundle).filter((part) => part.type === 'chunk');
    for (const chunk of chunks) {
      const isZods = Object.keys(chunk.modules).some((id) => id.includes('/node_modules/zod/'));
      if (!isZods || chunk.facadeModuleId?.endsWith(PARSES)) continue;
      const own = Object.keys(chunk.modules).filter((id) => !id.includes('/node_modules/'));
      this.error(`zod is in ${chunk.fileName}, which views load too, with ${own.join(', ')}`);
    }
  },
};

export default defineConfig({
  plugins: [specificationSchema, viewsWithoutSchemas],
  build: {
    outDir: 'dist/page',
    target: 'es2022',
    // A page with a strict content security policy runs no inline script and loads nothing from a `data:` address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Firestore's SDK with the schemas of what it reads; no view waits for it.
    chunkSizeWarningLimit: 750,
    rolldownOptions: {
      onLog(level, log, report) {
        // "use client" means something to frameworks that render on a server, and nothing here.
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log);
      },
    },
  },
  server: { proxy: { '/api': HOST } },
});
