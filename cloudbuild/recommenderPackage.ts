/** Makes of the recommender a package that `npm pack` and `npm install` take: `shared` is bundled into it, and zod is what it depends on. */
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { z } from 'zod';
import { makeFolder } from '@trainyard/shared/makeFolder';
import { packRecommender } from './packRecommender.js';

const ROOT = fileURLToPath(new URL(import.meta.url.includes('/dist/') ? '../../' : '../', import.meta.url));
const BUILT = join(ROOT, 'recommender/dist');
/** Of any machine, of Node, and the index that needs Node and a package. */
const ENTRIES = ['index', 'node', 'hnsw'] as const;

const manifestSchema = z.looseObject({
  name: z.string(),
  version: z.string(),
  license: z.string(),
  dependencies: z.record(z.string(), z.string()),
  peerDependencies: z.record(z.string(), z.string()),
  peerDependenciesMeta: z.record(z.string(), z.unknown()),
});

const entry = (name: string, types = name) => ({
  types: `./dist/types/recommender/${types}.d.ts`,
  default: `./dist/${name}.js`,
});

/** Writes the package's folder from what `tsc -b` has built. */
export async function writeRecommenderPackage(folder: string): Promise<void> {
  await makeFolder(join(folder, 'dist'));
  await bundle(join(folder, 'dist'));
  await packRecommender(join(folder, 'dist/standalone.js'));
  await copyTypes(join(folder, 'dist/types'));
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(await manifest(), null, 2)}\n`);
  await writeFile(join(folder, 'README.md'), await readme());
  await copyFile(join(ROOT, 'LICENSE'), join(folder, 'LICENSE'));
}

/** The entries, with what they share in files of their own. */
async function bundle(folder: string): Promise<void> {
  const build = await rolldown({
    input: Object.fromEntries(ENTRIES.map((name) => [name, join(BUILT, `${name}.js`)])),
    platform: 'neutral',
    // The addon finds its binary beside its own files.
    external: [/^node:/, /^zod$/, /^usearch$/],
  });
  try {
    await build.write({ dir: folder, format: 'esm', chunkFileNames: 'shared-[hash].js' });
  } finally {
    await build.close();
  }
}

async function manifest(): Promise<object> {
  const json: unknown = JSON.parse(await readFile(join(ROOT, 'recommender/package.json'), 'utf8'));
  const { name, version, license, dependencies, ...optional } = manifestSchema.parse(json);
  const rootJson: unknown = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  return {
    name,
    version,
    description: 'Opens a model that Trainyard has trained, and recommends: on Node, in a page, in a worker.',
    license,
    type: 'module',
    sideEffects: false,
    engines: z.looseObject({ engines: z.unknown() }).parse(rootJson).engines,
    exports: {
      '.': { node: entry('node'), ...entry('index') },
      './hnsw': entry('hnsw'),
      './standalone': entry('standalone', 'index'),
    },
    files: ['dist'],
    dependencies: { zod: dependencies['zod'] },
    peerDependencies: optional.peerDependencies,
    peerDependenciesMeta: optional.peerDependenciesMeta,
  };
}

/** Links to pages of the repository lead nowhere from a package. */
async function readme(): Promise<string> {
  const text = await readFile(join(ROOT, 'recommender/README.md'), 'utf8');
  return text.replaceAll(/\[([^\]]+)\]\(\.\.?\/[^)]*\)/g, '$1');
}

/** Copies the declarations that the entries reach, with those of `shared` beside those of the recommender. */
async function copyTypes(folder: string): Promise<void> {
  const waiting = ENTRIES.map((name) => join(BUILT, `${name}.d.ts`));
  const known = new Set(waiting);
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    const target = join(folder, placeOf(file));
    const from = file;
    const text = (await readFile(file, 'utf8')).replaceAll(
      /(\bfrom |\bimport\()(["'])(\.[^"']+|@trainyard\/[^"']+)\2/g,
      (_all, before: string, quote: string, name: string) => {
        const reached = declarationOf(from, name);
        if (!known.has(reached)) waiting.push(reached);
        known.add(reached);
        const path = relative(dirname(target), join(folder, placeOf(reached))).replaceAll('\\', '/');
        const written = (path.startsWith('.') ? path : `./${path}`).replace(/\.d\.ts$/, '.js');
        return `${before}${quote}${written}${quote}`;
      },
    );
    await makeFolder(dirname(target));
    await writeFile(target, text.replace(/\/\/# sourceMappingURL=.*\n?/, ''));
  }
}

/** `recommender/node.d.ts` of `recommender/dist/node.d.ts`. */
function placeOf(file: string): string {
  return relative(ROOT, file).replace(/([^/\\]+)[/\\]dist[/\\]/, '$1/');
}

function declarationOf(from: string, name: string): string {
  const [, workspace, path] = /^@trainyard\/([^/]+)\/?(.*)$/.exec(name) ?? [];
  if (workspace === undefined) return join(dirname(from), name.replace(/\.js$/, '.d.ts'));
  return join(ROOT, workspace, 'dist', `${path === '' ? 'index' : path}.d.ts`);
}
