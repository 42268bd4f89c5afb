/** Of the repository's lockfile what one function needs: it is deployed with the very versions that it was tested with. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const dependenciesSchema = z.record(z.string(), z.string()).default({});
const entrySchema = z.looseObject({
  version: z.string().optional(),
  dependencies: dependenciesSchema,
  optionalDependencies: dependenciesSchema,
  peerDependencies: dependenciesSchema,
  peerDependenciesMeta: z.record(z.string(), z.looseObject({ optional: z.boolean().optional() })).default({}),
});
type Entry = z.infer<typeof entrySchema>;
const lockSchema = z.object({ version: z.string(), packages: z.record(z.string(), z.unknown()) });

export interface Lock {
  version: string;
  /** By their path from the root, `node_modules/NAME`. */
  packages: Readonly<Record<string, unknown>>;
}

export async function readLock(root: string): Promise<Lock> {
  return lockSchema.parse(JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')));
}

export interface WantedPackage {
  name: string;
  /** The file that is run. */
  main: string;
  /** The folder of the workspace whose `package.json` names the versions. */
  workspace: string;
  /** What it imports. */
  packages: readonly string[];
}

export interface LockedPackage {
  manifest: Record<string, unknown>;
  packageLock: Record<string, unknown>;
  /** All that npm installs, by path in the repository: what is asked for, and what that needs. */
  installed: readonly string[];
}

/** Throws where the workspace does not name a package, or the lockfile does not have it. */
export function lockedPackage(lock: Lock, { name, main, workspace, packages }: WantedPackage): LockedPackage {
  const named = entryOf(lock, workspace).dependencies;
  const peers = packages.flatMap((each) => requiredPeers(lock, resolve(lock, workspace, each)));
  const dependencies = Object.fromEntries(
    [...new Set([...packages, ...peers])].toSorted().map((each) => {
      const version = named[each];
      if (version === undefined) throw new Error(`${workspace}/package.json does not name ${each}`);
      return [each, version];
    }),
  );
  const installed = closure(lock, workspace, Object.keys(dependencies));
  const about = { name, version: lock.version };
  return {
    manifest: { ...about, private: true, type: 'module', main, dependencies },
    packageLock: {
      ...about,
      lockfileVersion: 3,
      requires: true,
      packages: {
        '': { ...about, dependencies },
        ...Object.fromEntries(
          installed.map((path) => [path.replace(`${workspace}/`, ''), lock.packages[path]]),
        ),
      },
    },
    installed,
  };
}

function closure(lock: Lock, workspace: string, names: readonly string[]): string[] {
  const found = new Set<string>();
  const visit = (from: string, name: string, optional: boolean) => {
    const path = find(lock, from, name);
    if (path === undefined) {
      if (optional) return;
      throw new Error(`the lockfile has no ${name}, which ${from} needs: run npm install`);
    }
    if (found.has(path)) return;
    found.add(path);
    const entry = entryOf(lock, path);
    for (const each of Object.keys(entry.dependencies)) visit(path, each, each in entry.optionalDependencies);
    for (const each of Object.keys(entry.optionalDependencies)) visit(path, each, true);
    for (const each of requiredPeers(lock, path)) visit(path, each, true);
  };
  for (const name of names) visit(workspace, name, false);
  return [...found].toSorted();
}

/** Peers that a package wants at run time. Types are none, and npm is told not to install peers by itself. */
function requiredPeers(lock: Lock, path: string): string[] {
  const { peerDependencies, peerDependenciesMeta } = entryOf(lock, path);
  return Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional);
}

function resolve(lock: Lock, from: string, name: string): string {
  const path = find(lock, from, name);
  if (path === undefined) throw new Error(`the lockfile has no ${name}: run npm install`);
  return path;
}

/** As Node resolves it: the nearest `node_modules` upwards that has it. */
function find(lock: Lock, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    const path = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (path in lock.packages) return path;
    if (folder === '') return undefined;
  }
}

function entryOf(lock: Lock, path: string): Entry {
  return entrySchema.parse(lock.packages[path] ?? {});
}
