/**
 * Makes of each function what is deployed: a folder of its own with one file, what it loads only where it is used beside it, and the
 * packages it needs by name and lockfile. A cold start reads a few files instead of a thousand.
 */
import { copyFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown, type OutputChunk } from 'rolldown';
import { makeFolder } from '@trainyard/shared/makeFolder';
import { withoutWords } from './withoutWords.js';
import { lockedPackage, readLock, type Lock } from './lockedPackage.js';

/** The repository's root, whether this runs from the sources or from `dist`. */
const ROOT = new URL(import.meta.url.includes('/dist/') ? '../../' : '../', import.meta.url);
const FUNCTIONS = fileURLToPath(new URL('functions/', ROOT));

/** What is deployed, by the names of `functions/entries`. */
export const ENTRIES = [
  'api',
  'dispatch',
  'history',
  'mlflow',
  'notify',
  'reconcile',
  'retrain',
  'summaries',
  'sweeps',
  'webhooks',
] as const;
export type Entry = (typeof ENTRIES)[number];

/**
 * Packages that stay packages, installed beside the bundle: the SDKs find files of their own at run time, the framework's launcher
 * and the bundle must use the same framework, and what makes the parser of filters is loaded at the first filter alone.
 */
const EXTERNAL = /^(@google-cloud\/|firebase-|@opentelemetry\/(sdk|exporter|resources)|libsql|peggy)/;

/** A function's bundle: what is loaded to serve its first request, and what may be loaded later. */
export interface Bundle {
  entry: Entry;
  /** Where all of it is: what `gcloud functions deploy --source` takes. */
  folder: string;
  /** Of the bundle, in its folder. */
  file: string;
  /** Of the bundle's own code, all parts; what npm installs beside it is not counted. */
  bytes: number;
  /** How many packages npm installs beside it. */
  installed: number;
  /** Source modules that are loaded with it, by their path in the repository or in `node_modules`. */
  modules: readonly string[];
  /** Packages that are loaded with it. */
  packages: readonly string[];
  /** Packages that are loaded only where they are used. */
  laterPackages: readonly string[];
}

/** The functions that serve what schemas say of themselves: the document of the API. */
const SERVE_WORDS: ReadonlySet<Entry> = new Set(['api']);

/** Writes a folder for each function into `folder`: its parts, and the `package.json` and lockfile that it is deployed with. */
export async function bundleFunctions(folder: string): Promise<Bundle[]> {
  const lock = await readLock(fileURLToPath(ROOT));
  return Promise.all(
    ENTRIES.map(async (entry) => writeBundle(join(folder, entry), entry, await chunksOf(entry), lock)),
  );
}

/**
 * Each function is built by itself: built together, they would share parts, so that each read more files than it needs, and
 * schemas in them that only another one uses.
 */
async function chunksOf(entry: Entry): Promise<OutputChunk[]> {
  const build = await rolldown({
    input: { [entry]: join(FUNCTIONS, 'dist/entries', `${entry}.js`) },
    platform: 'node',
    external: EXTERNAL,
    plugins: SERVE_WORDS.has(entry) ? [] : [withoutWords],
  });
  try {
    const { output } = await build.generate({
      format: 'esm',
      // What nobody reads at run time is read and compiled all the same: a tenth of the bytes.
      comments: { legal: true, annotation: false, jsdoc: false },
      entryFileNames: '[name].js',
      chunkFileNames: 'parts/[name]-[hash].js',
    });
    return output.filter((part) => part.type === 'chunk');
  } finally {
    await build.close();
  }
}

async function writeBundle(
  folder: string,
  entry: Entry,
  chunks: readonly OutputChunk[],
  lock: Lock,
): Promise<Bundle> {
  const { parts, ...described } = describe(entry, chunks);
  for (const { fileName, code } of parts) {
    await makeFolder(dirname(join(folder, fileName)));
    await writeFile(join(folder, fileName), code);
  }
  const names = [...described.packages, ...described.laterPackages].map(packageName);
  const { manifest, packageLock, installed } = lockedPackage(lock, {
    name: `trainyard-${entry}`,
    main: described.file,
    workspace: 'functions',
    // Google's buildpack starts the framework from among the function's own packages.
    packages: ['@google-cloud/functions-framework', ...names],
  });
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await writeFile(join(folder, 'package-lock.json'), `${JSON.stringify(packageLock, null, 2)}\n`);
  await copyFile(new URL('.npmrc', ROOT), join(folder, '.npmrc'));
  return { ...described, folder, bytes: sizeOf(parts), installed: installed.length };
}

function sizeOf(parts: readonly OutputChunk[]): number {
  return parts.reduce((bytes, { code }) => bytes + Buffer.byteLength(code), 0);
}

/** `firebase-functions/v2/firestore` is of the package `firebase-functions`. */
function packageName(module: string): string {
  return module
    .split('/')
    .slice(0, module.startsWith('@') ? 2 : 1)
    .join('/');
}

function describe(entry: Entry, chunks: readonly OutputChunk[]) {
  const byFile = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const file = `${entry}.js`;
  const loaded = reached(byFile, file, ({ imports }) => imports);
  const everything = reached(byFile, file, ({ imports, dynamicImports }) => [...imports, ...dynamicImports]);
  const packages = packagesOf(loaded, ({ imports }) => imports);
  const all = packagesOf(everything, ({ imports, dynamicImports }) => [...imports, ...dynamicImports]);
  return {
    entry,
    file,
    parts: everything,
    modules: loaded.flatMap(({ moduleIds }) => moduleIds),
    packages,
    laterPackages: all.filter((name) => !packages.includes(name)),
  };
}

/** The chunks that `next` leads to from a file, itself among them. */
function reached(
  byFile: ReadonlyMap<string, OutputChunk>,
  file: string,
  next: (chunk: OutputChunk) => readonly string[],
): OutputChunk[] {
  const found = new Set<OutputChunk>();
  const visit = (name: string) => {
    const chunk = byFile.get(name);
    if (!chunk || found.has(chunk)) return;
    found.add(chunk);
    next(chunk).forEach(visit);
  };
  visit(file);
  return [...found];
}

/** External packages among what the chunks import; built-in modules are none. */
function packagesOf(
  chunks: readonly OutputChunk[],
  imports: (chunk: OutputChunk) => readonly string[],
): string[] {
  const names = chunks.flatMap(imports).filter((name) => EXTERNAL.test(name));
  return [...new Set(names)].toSorted();
}
