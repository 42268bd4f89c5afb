/**
 * Content-addressed outputs of stages: a folder per key, where the key is the digest of all that shapes the output. A folder
 * appears under its key by a rename, when it is whole; who comes second finds it there and uses it.
 */
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '@trainyard/shared/makeFolder';
import { digestOf, type StageName } from '@trainyard/shared';
import type { z } from 'zod';
import type { EntryId, EntryMirror } from './entryMirror.js';
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
  /** Where its files are, or will be when `files` has resolved. */
  folder: string;
  /** Resolves when they are there: those of another machine are brought when somebody needs them. */
  files(this: void): Promise<string>;
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

/** What names the entry of a stage with this key. */
export function entryDigest(stage: StageName, key: unknown): string {
  return digestOf({ stage, key });
}

export class StageCache {
  private readonly inUse = new Set<string>();
  private readonly timer: NodeJS.Timeout;

  /** Stages in `recompute` are made anew, once for each key, and replace what is there. Ended by `close`. */
  constructor(
    readonly root: string,
    private readonly recompute: ReadonlySet<StageName> = new Set(),
    private readonly now: () => Date = () => new Date(),
    private readonly mirror?: EntryMirror,
  ) {
    // Whoever evicts passes over what was used of late, so a stage of hours keeps what it reads.
    this.timer = setInterval(() => void this.touchAll().catch(() => undefined), TOUCH_MS).unref();
  }

  async run<T>(request: StageRequest<T>): Promise<StageOutput<T>> {
    const start = performance.now();
    const digest = entryDigest(request.stage, request.key);
    const id = { stage: request.stage, digest: digest.replace('sha256:', '') };
    const folder = join(this.root, id.stage, id.digest);
    const isFresh = !this.recompute.has(request.stage) || this.inUse.has(folder);
    const found = isFresh ? await this.find(request, id, folder) : undefined;
    const { outcome, bytes, isElsewhere = false } = found ?? (await this.make(request, id, folder, !isFresh));
    this.inUse.add(folder);
    let brought: Promise<string> | undefined;
    const files = () => (brought ??= isElsewhere ? this.bring(request, id, folder) : Promise.resolve(folder));
    const seconds = (performance.now() - start) / 1000;
    return { folder, files, outcome, digest, cacheHit: found !== undefined, bytes, seconds };
  }

  /** On this machine, or else where entries are kept for all machines. */
  private async find<T>(
    { outcome: schema }: StageRequest<T>,
    id: EntryId,
    folder: string,
  ): Promise<{ outcome: T; bytes: number; isElsewhere: boolean } | undefined> {
    const stored = await readEntry(folder, schema);
    if (stored) {
      await touchEntry(folder, this.now());
      if (!this.inUse.has(folder)) this.mirror?.store(id, folder, { replace: false });
      return { ...stored, isElsewhere: false };
    }
    const kept = await this.mirror?.find(id);
    const outcome = kept && schema.safeParse(kept.outcome);
    return kept && outcome?.success
      ? { outcome: outcome.data, bytes: kept.bytes, isElsewhere: true }
      : undefined;
  }

  private async make<T>(
    request: StageRequest<T>,
    id: EntryId,
    folder: string,
    replace: boolean,
  ): Promise<{ outcome: T; bytes: number; isElsewhere?: never }> {
    const made = await make(request, join(this.root, id.stage), folder, replace);
    this.mirror?.store(id, folder, { replace });
    return made;
  }

  /** The files of an entry that is elsewhere; where they are gone after all, the stage is done again. */
  private async bring<T>(request: StageRequest<T>, id: EntryId, folder: string): Promise<string> {
    const stageFolder = join(this.root, id.stage);
    const unfinished = await openUnfinished(stageFolder);
    try {
      const kept = await this.mirror?.find(id);
      if (kept && (await this.mirror?.bring(id, unfinished))) {
        await sealEntry(unfinished, kept.outcome);
        await publish(unfinished, folder, request.outcome);
        return folder;
      }
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
    await this.make(request, id, folder, false);
    return folder;
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

async function openUnfinished(stageFolder: string): Promise<string> {
  await makeFolder(stageFolder);
  await removeLeftovers(stageFolder);
  return newUnfinished(stageFolder);
}

async function make<T>(
  request: StageRequest<T>,
  stageFolder: string,
  folder: string,
  replace: boolean,
): Promise<{ outcome: T; bytes: number }> {
  const unfinished = await openUnfinished(stageFolder);
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
