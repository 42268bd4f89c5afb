import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longestFirst.js';
import { memoryFolder } from './test/support/memoryFolder.js';

const room = (name: string) => fileURLToPath(new URL(`./${name}`, import.meta.url));
const rooms = [
  'shared',
  'recommender',
  'functions',
  'trainer-job',
  'local',
  'dashboard',
  'cloudbuild',
  'bench',
];

const exclude = ['**/node_modules/**', '**/dist/**'];

/** Of all temporary files of this run; see `endOfRun.ts`. */
const temporary = join(
  memoryFolder() ?? tmpdir(),
  `trainyard-tests-${process.pid}-${Math.round(performance.timeOrigin)}`,
);

/** What takes data through the stages in the test's own process. */
const DATA = [
  'test/damaged/*.test.ts',
  'trainer-job/{data,pipeline,features,export,train,recommend}/**/*.integration.test.ts',
];

/** What holds implementations of our ports, and MLflow's protocol, to their promises; most of it in the test's own process. */
const CONTRACTS = ['test/{contracts,mlflow}/*.test.ts'];

/** What replaces modules, or sets up what a process has once. */
const ALONE = ['test/metrics/madeUpMetric.test.ts', 'test/telemetry/*.test.ts'];

/** Processes that start, and emulators, take their time where others want the processors too. */
const PATIENT = { testTimeout: 120_000, hookTimeout: 120_000 };

export default defineConfig({
  resolve: {
    // Tests run the sources, not the build: one edit, one run. The spawned processes of end-to-end tests use the build.
    alias: rooms.flatMap((name) => [
      { find: new RegExp(`^@trainyard/${name}$`), replacement: `${room(name)}/index.ts` },
      { find: new RegExp(`^@trainyard/${name}/(.*)$`), replacement: `${room(name)}/$1.ts` },
    ]),
  },
  test: {
    exclude,
    sequence: { sequencer: LongestFirst },
    globalSetup: ['test/support/hosts/endOfRun.ts', 'test/support/hosts/bundledTrainer.ts'],
    // Google's clients look for a metadata server at their first call, and warn where there is none.
    env: {
      METADATA_SERVER_DETECTION: 'none',
      // Of DuckDB, unless a suite wants several: see `test/support/data/severalThreads.ts`.
      TRAINYARD_THREADS: '1',
      // Of an exported model: whoever measures it says for how long.
      TRAINYARD_LATENCY_MS: '0',
      TMPDIR: temporary,
    },
    // Half the time is waited for emulators and other processes: one less than the processors, the default, leaves them idle.
    maxWorkers: 2 * availableParallelism(),
    // Tests leave much garbage of short life: with more room for it, it is collected less often.
    execArgv: ['--max-semi-space-size=64', '--min-semi-space-size=32'],
    coverage: {
      provider: 'v8',
      // What runs in processes of its own is not seen: `npm run test:coverage` runs the projects that have few of these.
      include: ['{shared,recommender,functions}/**/*.ts'],
      exclude: ['**/*.test.ts', '**/dist/**', '**/bundle/**'],
      reporter: ['text-summary'],
      thresholds: { lines: 90 },
    },
    // A source is transformed once for all projects, and in the next run only where it has changed.
    experimental: { fsModuleCache: true },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          // What needs nothing but Node: the tests beside the code, and those of the whole house that only read.
          name: 'unit',
          include: [`{${rooms.join(',')}}/**/*.test.ts`, 'test/*.test.ts'],
          exclude: [...exclude, '**/*.{process,integration,emulator,tensorflow}.test.ts'],
          // What a process has loaded stays loaded for its next file, which halves the time.
          isolate: false,
          // Few of them wait, and each process loads and compiles for itself. A project that differs in this is a group of its own.
          maxWorkers: Math.ceil(1.5 * availableParallelism()),
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: { name: 'data', include: DATA, exclude, ...PATIENT, isolate: false },
      },
      {
        extends: true,
        test: {
          name: 'contracts',
          include: CONTRACTS,
          exclude: [...exclude, '**/*.emulator.test.ts'],
          ...PATIENT,
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          // What starts processes of the build, breaks them, or puts whole worlds to the test.
          name: 'system',
          include: ['test/*/**/*.test.ts', '**/*.{process,integration}.test.ts'],
          exclude: [...exclude, ...DATA, ...CONTRACTS, ...ALONE, '**/*.{emulator,tensorflow}.test.ts'],
          ...PATIENT,
          isolate: false,
        },
      },
      {
        extends: true,
        test: { name: 'alone', include: ALONE, exclude, ...PATIENT },
      },
      {
        extends: true,
        test: {
          name: 'emulator',
          include: ['**/*.emulator.test.ts'],
          exclude,
          ...PATIENT,
          isolate: false,
          globalSetup: ['test/support/hosts/startSharedEmulators.ts'],
        },
      },
      {
        extends: true,
        // Skipped where `npm run setup:tensorflow` has not been run.
        test: { name: 'tensorflow', include: ['**/*.tensorflow.test.ts'], exclude },
      },
    ],
  },
});
