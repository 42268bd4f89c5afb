/**
 * Content-addressed outputs of stages: a folder per key, where the key is the digest of all that shapes the output. A folder
 * appears under its key by a rename, when it is whole; who comes second finds it there and uses it.
 */
import { mkdir, mkdtemp, open, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, relative } from 'node:path';
import { digestOf, type StageName } from '@trainyard/shared';
import { z } from 'zod';

export interface StageRequest<T> {
  stage: StageName;
  /** Everything that the output depends on: code version, inputs, configuration. */
  key: unknown;
  /** What `produce` returned, read back from disk on a hit. */
  outcome: z.ZodType<T>;
  produce(folder: string): Promise<T>;
}

export interface StageOutput<T> {
  folder: string;
  outcome: T;
  /** The key, as a digest: the identity of this output for the stages after it. */
  digest: string;
  cacheHit: boolean;
  seconds: number;
}

/** Written last into every entry: an entry without it is not one. */
const OUTCOME_FILE = 'outcome.json';
const entrySchema = z.strictObject({
  outcome: z.unknown(),
  /** Bytes of every other file: an entry that lost some, to a cleaner or a power cut, is made again. */
  files: z.record(z.string(), z.int()),
});
/** Other machines with the same cache have other processes: the name says whose number it is. */
const UNFINISHED = `unfinished-${hostname().replace(/[^A-Za-z0-9]/g, '_')}-`;

export async function runStage<T>(cacheRoot: string, request: StageRequest<T>): Promise<StageOutput<T>> {
  const start = performance.now();
  const digest = digestOf({ stage: request.stage, key: request.key });
  const stageFolder = join(cacheRoot, request.stage);
  const folder = join(stageFolder, digest.replace('sha256:', ''));
  const done = (outcome: T, cacheHit: boolean) => ({
    folder,
    outcome,
    digest,
    cacheHit,
    seconds: (performance.now() - start) / 1000,
  });

  const stored = await readOutcome(folder, request.outcome);
  if (stored) return done(stored.outcome, true);
  await mkdir(stageFolder, { recursive: true });
  await removeLeftovers(stageFolder);
  const unfinished = await mkdtemp(join(stageFolder, `${UNFINISHED}${process.pid}-`));
  try {
    const outcome = await request.produce(unfinished);
    const files = await sizesOf(unfinished);
    await writeDurably(join(unfinished, OUTCOME_FILE), JSON.stringify({ outcome, files }));
    await publish(unfinished, folder, request.outcome);
    return done(outcome, false);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** Undefined unless the entry is whole and its outcome has the form that is asked for. */
async function readOutcome<T>(folder: string, schema: z.ZodType<T>): Promise<{ outcome: T } | undefined> {
  let text: string;
  try {
    text = await readFile(join(folder, OUTCOME_FILE), 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  const entry = entrySchema.safeParse(jsonOf(text));
  if (!entry.success) return undefined;
  const sizes = await sizesOf(folder);
  if (Object.entries(entry.data.files).some(([name, size]) => sizes[name] !== size)) return undefined;
  const outcome = schema.safeParse(entry.data.outcome);
  return outcome.success ? { outcome: outcome.data } : undefined;
}

/** Undefined for what is not JSON, such as a file cut in the middle. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Bytes of each file in a folder, however deep, by its path inside it. */
async function sizesOf(folder: string): Promise<Record<string, number>> {
  const sizes: Record<string, number> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    sizes[relative(folder, path)] = (await stat(path)).size;
  }
  return sizes;
}

/** A whole entry of the same key that came first holds the same, and stays; what is left of one is replaced. */
async function publish<T>(unfinished: string, folder: string, schema: z.ZodType<T>): Promise<void> {
  try {
    await rename(unfinished, folder);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(String(codeOf(error)))) throw error;
    if (await readOutcome(folder, schema)) return;
    await rm(folder, { recursive: true, force: true });
    await rename(unfinished, folder);
  }
}

/** Folders of processes of this machine that died while they wrote. */
async function removeLeftovers(stageFolder: string): Promise<void> {
  for (const name of await readdir(stageFolder)) {
    const pid = name.startsWith(UNFINISHED) && /^\d+/.exec(name.slice(UNFINISHED.length))?.[0];
    if (pid && !isAlive(Number(pid))) await rm(join(stageFolder, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
