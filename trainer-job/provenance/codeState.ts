/** Which code trains: its commit, whether it was changed since, and the lock file of what it is built on. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { RunEnvironment } from '@trainyard/shared';
import { z } from 'zod';

const TIMEOUT_MS = 5000;
/** In the order in which they are looked for; an image has the second alone, which npm writes. */
const LOCK_FILES = ['package-lock.json', join('node_modules', '.package-lock.json')];

const packageSchema = z.object({
  version: z.string(),
  dependencies: z.record(z.string(), z.string()).default({}),
  optionalDependencies: z.record(z.string(), z.string()).default({}),
});

export interface Code {
  state: RunEnvironment['code'];
  /** Of the trainer and of what it is built on. */
  versions: Record<string, string>;
}

/** What an image was built with. */
interface Built {
  gitCommit: string | null;
  image: string | null;
}

export async function codeState({ gitCommit, image }: Built, from = import.meta.dirname): Promise<Code> {
  const trainer = await folderWith('package.json', from);
  const root = trainer === null ? null : dirname(trainer);
  const [repository, lockfileDigest, versions] = await Promise.all([
    root === null ? null : gitState(root),
    root === null ? null : lockfile(root),
    trainer === null ? {} : versionsOf(trainer),
  ]);
  const commit = gitCommit === 'unknown' ? null : gitCommit;
  const state = {
    gitCommit: commit ?? repository?.gitCommit ?? null,
    isDirty: commit === null || commit === repository?.gitCommit ? (repository?.isDirty ?? null) : null,
    lockfileDigest,
    image,
  };
  return { state, versions };
}

/** The nearest folder above that has such a file. */
async function folderWith(file: string, from: string): Promise<string | null> {
  for (let folder = from; ; folder = dirname(folder)) {
    if ((await contentOf(join(folder, file))) !== null) return folder;
    if (folder === dirname(folder)) return null;
  }
}

/** Null where the folder is not the top of a repository: a commit of whoever has installed the trainer is not the trainer's. */
async function gitState(root: string): Promise<{ gitCommit: string; isDirty: boolean } | null> {
  const [place, changes] = await Promise.all([
    git(root, 'rev-parse', '--show-toplevel', 'HEAD'),
    git(root, 'status', '--porcelain', '--untracked-files=no'),
  ]);
  const [top, gitCommit] = place?.trim().split('\n') ?? [];
  if (top === undefined || gitCommit === undefined || changes === null) return null;
  if ((await realpath(top)) !== (await realpath(root))) return null;
  return { gitCommit, isDirty: changes.trim() !== '' };
}

/** Null where there is no git, no repository or no answer in time. */
async function git(root: string, ...args: string[]): Promise<string | null> {
  try {
    // Whoever works there at the same time is not kept waiting by a lock.
    const all = ['--no-optional-locks', '-C', root, ...args];
    const options = { timeout: TIMEOUT_MS, maxBuffer: 64e6 };
    return (await promisify(execFile)('git', all, options)).stdout;
  } catch {
    return null;
  }
}

async function lockfile(root: string): Promise<string | null> {
  for (const name of LOCK_FILES) {
    const content = await contentOf(join(root, name));
    if (content) return `sha256:${createHash('sha256').update(content).digest('hex')}`;
  }
  return null;
}

async function versionsOf(trainer: string): Promise<Record<string, string>> {
  const content = await contentOf(join(trainer, 'package.json'));
  const found = packageSchema.safeParse(content === null ? null : JSON.parse(content.toString()));
  if (!found.success) return {};
  const { version, dependencies, optionalDependencies } = found.data;
  const others = Object.entries({ ...dependencies, ...optionalDependencies });
  return {
    trainyard: version,
    ...Object.fromEntries(others.filter(([name]) => !name.startsWith('@trainyard/'))),
  };
}

async function contentOf(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch {
    // It is not there, or nobody may read it: then nothing is known of it.
    return null;
  }
}
