/**
 * Content-addressed outputs of stages: a folder per key, where the key is the digest of all that shapes the output. A folder
 * appears under its key by a rename, when it is whole; who comes second finds it there and uses it.
 */
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf, type StageName } from '@trainyard/shared';
import type { z } from 'zod';
import { codeOf, readEntry, sealEntry, touchEntry } from './entry.js';
import { newUnfinished, removeEntry, removeLeftovers } from './unfinished.js';

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
  /** Of the output, on disk. */
  bytes: number;
  seconds: number;
}

/** How often entries in use are marked as used. */
const TOUCH_MS = 5 * 60_000;

export class StageCache {
  private readonly inUse = new Set<string>();
  private readonly timer: NodeJS.Timeout;

  /** Stages in `recompute` are made anew, once for each key, and replace what is there. Ended by `close`. */
  constructor(
    readonly root: string,
    private readonly recompute: ReadonlySet<StageName> = new Set(),
    private readonly now: () => Date = () => new Date(),
  ) {
    // Whoever evicts passes over what was used of late, so a stage of hours keeps what it reads.
    this.timer = setInterval(() => void this.touchAll().catch(() => undefined), TOUCH_MS).unref();
  }

  async run<T>(request: StageRequest<T>): Promise<StageOutput<T>> {
    const start = performance.now();
    const digest = digestOf({ stage: request.stage, key: request.key });
    const stageFolder = join(this.root, request.stage);
    const folder = join(stageFolder, digest.replace('sha256:', ''));
    const isFresh = !this.recompute.has(request.stage) || this.inUse.has(folder);
    const stored = isFresh ? await readEntry(folder, request.outcome) : undefined;
    const { outcome, bytes } = stored ?? (await make(request, stageFolder, folder, !isFresh));
    this.inUse.add(folder);
    if (stored) await touchEntry(folder, this.now());
    const seconds = (performance.now() - start) / 1000;
    return { folder, outcome, digest, cacheHit: stored !== undefined, bytes, seconds };
  }

  /** Marks the entries that this process has used as used now. */
  async touchAll(): Promise<void> {
    for (const folder of this.inUse) await touchEntry(folder, this.now());
  }

  /** Its entries are no longer kept from eviction. */
  close(): void {
    clearInterval(this.timer);
  }
}

async function make<T>(
  request: StageRequest<T>,
  stageFolder: string,
  folder: string,
  replace: boolean,
): Promise<{ outcome: T; bytes: number }> {
  await mkdir(stageFolder, { recursive: true });
  await removeLeftovers(stageFolder);
  const unfinished = await newUnfinished(stageFolder);
  try {
    const outcome = await request.produce(unfinished);
    const bytes = await sealEntry(unfinished, outcome);
    if (replace) await removeEntry(stageFolder, folder.slice(stageFolder.length + 1));
    await publish(unfinished, folder, request.outcome);
    return { outcome, bytes };
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** A whole entry of the same key that came first holds the same, and stays; what is left of one is replaced. */
async function publish<T>(unfinished: string, folder: string, schema: z.ZodType<T>): Promise<void> {
  try {
    await rename(unfinished, folder);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(String(codeOf(error)))) throw error;
    if (await readEntry(folder, schema)) return;
    await rm(folder, { recursive: true, force: true });
    await rename(unfinished, folder);
  }
}
