import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const room = (name: string) => fileURLToPath(new URL(`./${name}`, import.meta.url));
const rooms = ['shared', 'recommender', 'functions', 'trainer-job', 'local', 'cloudbuild', 'bench'];

export default defineConfig({
  resolve: {
    // Tests run the sources, not the build: one edit, one run. The spawned processes of end-to-end tests use the build.
    alias: rooms.flatMap((name) => [
      { find: new RegExp(`^@trainyard/${name}$`), replacement: `${room(name)}/index.ts` },
      { find: new RegExp(`^@trainyard/${name}/(.*)$`), replacement: `${room(name)}/$1.ts` },
    ]),
  },
  test: {
    include: ['{shared,recommender,functions,trainer-job,local,cloudbuild,bench,test}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // Google's clients look for a metadata server at their first call, and warn where there is none.
    env: { METADATA_SERVER_DETECTION: 'none' },
    // Half the time is waited for emulators and other processes: one less than the processors, the default, leaves them idle.
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
