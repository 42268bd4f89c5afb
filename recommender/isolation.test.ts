/** What the package may ask of the machine: nothing that only Node has, but for `node.ts`. */
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../', import.meta.url));

/** The modules that a file names, types or not. */
function importsOf(file: string): string[] {
  const source = readFileSync(file, 'utf8');
  return Array.from(source.matchAll(/(?:(?<!')\bfrom|\bimport)\s*\(?\s*'([^']+)'/g), ([, name]) => name!);
}

/** All files that are reached from one, and all packages that these name. */
function reached(file: string, files = new Set<string>(), packages = new Set<string>()) {
  if (files.has(file)) return { files, packages };
  files.add(file);
  for (const name of importsOf(file)) {
    const own = /^@trainyard\/(.+)$/.exec(name)?.[1];
    if (own !== undefined) reached(join(ROOT, `${own}.ts`), files, packages);
    else if (name.startsWith('.'))
      reached(join(dirname(file), name.replace(/\.js$/, '.ts')), files, packages);
    else packages.add(name);
  }
  return { files, packages };
}

const core = reached(join(ROOT, 'recommender/index.ts'));

describe('the core of the recommender', () => {
  it('imports zod and nothing else, by whatever way', () => {
    expect([...core.packages]).toEqual(['zod']);
    expect(core.files.size).toBeGreaterThan(30);
  });

  it('has every file of the package but the one for Node, what tools alone need, and the index that needs a package, which only asks for it when it is opened', () => {
    const all = readdirSync(join(ROOT, 'recommender'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !/\.test\.ts$|\.d\.ts$|^(dist|node_modules)\//.test(path))
      .map((path) => join(ROOT, 'recommender', path));
    const approximate = reached(join(ROOT, 'recommender/hnsw.ts'));
    const others = all.filter((file) => !core.files.has(file));
    // The second one is for tools that tell of files of queries: no server needs it.
    const apart = ['recommender/node.ts', 'recommender/model/unread.ts'];
    expect(new Set(others.filter((file) => !approximate.files.has(file)))).toEqual(
      new Set(apart.map((file) => join(ROOT, file))),
    );
    expect([...approximate.packages].filter((name) => !name.startsWith('node:'))).toEqual(['zod']);
  });

  it('names no global that Node alone has', () => {
    const globals = ['Buffer', 'process', 'global', 'require', '__dirname', '__filename', 'setImmediate'];
    for (const file of core.files) {
      const code = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*|'[^'\n]*'/g, '');
      const named = globals.filter((name) => new RegExp(`(?<![.\\w$])${name}(?![\\w$]|\\s*:)`).test(code));
      expect({ file, named }).toEqual({ file, named: [] });
    }
  });

  it('would be caught by these rules if it did', () => {
    expect(builtinModules).toContain('crypto');
    expect(importsOf(join(ROOT, 'recommender/node.ts'))).toContain('node:fs/promises');
    expect([...reached(join(ROOT, 'shared/index.ts')).packages]).toContain('node:crypto');
  });
});
