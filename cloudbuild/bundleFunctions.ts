/**
 * Makes of each function what is deployed: one file, and what it loads only where it is used beside it. A cold start reads a few
 * files instead of a thousand.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown, type OutputChunk } from 'rolldown';
import { z } from 'zod';

/** The repository's root, whether this runs from the sources or from `dist`. */
const ROOT = new URL(import.meta.url.includes('/dist/') ? '../../' : '../', import.meta.url);
const FUNCTIONS = fileURLToPath(new URL('functions/', ROOT));

/** What is deployed, by the names of `functions/entries`. */
export const ENTRIES = ['api', 'dispatch', 'history', 'notify', 'reconcile', 'retrain', 'webhooks'] as const;
export type Entry = (typeof ENTRIES)[number];

/**
 * Packages that stay packages, installed beside the bundle: the SDKs find files of their own at run time, and the framework's
 * launcher and the bundle must use the same framework.
 */
const EXTERNAL = /^(@google-cloud\/|firebase-|@opentelemetry\/(sdk|exporter|resources)|libsql)/;

/** A function's bundle: what is loaded to serve its first request, and what may be loaded later. */
export interface Bundle {
  entry: Entry;
  /** Of the bundle, in the folder. */
  file: string;
  /** Source modules that are loaded with it, by their path in the repository or in `node_modules`. */
  modules: readonly string[];
  /** Packages that are loaded with it. */
  packages: readonly string[];
  /** Packages that are loaded only where they are used. */
  laterPackages: readonly string[];
}

/** Writes the bundles of all functions into `folder`, with the `package.json` that they are deployed with. */
export async function bundleFunctions(folder: string): Promise<Bundle[]> {
  const build = await rolldown({
    input: Object.fromEntries(
      ENTRIES.map((entry) => [entry, join(FUNCTIONS, 'dist/entries', `${entry}.js`)]),
    ),
    platform: 'node',
    external: EXTERNAL,
  });
  try {
    const { output } = await build.write({
      dir: folder,
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: 'parts/[name]-[hash].js',
    });
    const chunks = output.filter((part) => part.type === 'chunk');
    await writeFile(join(folder, 'package.json'), await deployedPackage());
    return ENTRIES.map((entry) => describe(entry, chunks));
  } finally {
    await build.close();
  }
}

function describe(entry: Entry, chunks: readonly OutputChunk[]): Bundle {
  const byFile = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const file = `${entry}.js`;
  const loaded = reached(byFile, file, ({ imports }) => imports);
  const everything = reached(byFile, file, ({ imports, dynamicImports }) => [...imports, ...dynamicImports]);
  const packages = packagesOf(loaded, ({ imports }) => imports);
  const all = packagesOf(everything, ({ imports, dynamicImports }) => [...imports, ...dynamicImports]);
  return {
    entry,
    file,
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

const packageSchema = z.object({ version: z.string(), dependencies: z.record(z.string(), z.string()) });

/** The external packages in the versions of the workspace. */
async function deployedPackage(): Promise<string> {
  const { version, dependencies } = packageSchema.parse(
    JSON.parse(await readFile(join(FUNCTIONS, 'package.json'), 'utf8')),
  );
  const kept = Object.entries(dependencies).filter(([name]) => EXTERNAL.test(name) && name !== 'libsql');
  const content = {
    name: 'trainyard-functions',
    version,
    private: true,
    type: 'module',
    dependencies: Object.fromEntries(kept),
  };
  return `${JSON.stringify(content, null, 2)}\n`;
}
