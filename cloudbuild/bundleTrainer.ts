/**
 * Makes of the trainer's build a few files: a process reads these in half the time that it takes for nearly eight hundred modules.
 * Packages stay packages, for they have files of their own beside their code.
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { rolldown, type Plugin } from 'rolldown';

const ROOT = new URL(import.meta.url.includes('/dist/') ? '../../' : '../', import.meta.url);
const BUILD = fileURLToPath(new URL('trainer-job/dist/', ROOT));

/** Programs of the trainer: its own, and what its threads run, each beside it under its own name. */
const PROGRAMS = {
  main: 'main.js',
  senderThread: 'report/senderThread.js',
  workerThread: 'train/workers/workerThread.js',
  listsThread: 'recommend/listsThread.js',
};

/** CommonJS packages: an import of one reads all its source for the names that it exports, and a require does not. */
const COMMON_JS = [
  '@duckdb/node-api',
  '@tensorflow/tfjs-backend-cpu',
  '@tensorflow/tfjs-backend-wasm',
  '@tensorflow/tfjs-core',
];

/** What is loaded where it is used, and seldom. */
const EXTERNAL = [/^@google-cloud\//, /^@observablehq\//, 'linkedom'];

/**
 * Writes the programs and their shared parts into `folder`, which is somewhere below `trainer-job`, so that packages are found.
 * @public Tests start what it makes.
 */
export async function bundleTrainer(folder: string): Promise<void> {
  const build = await rolldown({
    input: Object.fromEntries(Object.entries(PROGRAMS).map(([name, file]) => [name, BUILD + file])),
    platform: 'node',
    external: EXTERNAL,
    plugins: [required(createRequire(`${BUILD}main.js`))],
  });
  try {
    // Side by side, because the programs find each other by `import.meta.url`, and some of it may be in shared parts.
    await build.write({
      dir: folder,
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: '[name]-[hash].js',
    });
  } finally {
    await build.close();
  }
}

/** Has the CommonJS packages required: in place of each is a module that exports by name what the package does. */
function required(require: NodeJS.Require): Plugin {
  const prefix = '\0required:';
  return {
    name: 'required',
    resolveId: (id) => (COMMON_JS.includes(id) ? prefix + id : null),
    load(id) {
      if (!id.startsWith(prefix)) return null;
      const name = id.slice(prefix.length);
      const exported = Object.keys(require(name) as object);
      return [
        `import { createRequire } from 'node:module';`,
        `const loaded = createRequire(import.meta.url)(${JSON.stringify(name)});`,
        ...exported.map((key, i) => `const export${i} = loaded[${JSON.stringify(key)}];`),
        `export { ${exported.map((key, i) => `export${i} as ${JSON.stringify(key)}`).join(', ')} };`,
      ].join('\n');
    },
  };
}
