/**
 * Entries of the stage cache in a bucket. One is there when its `entry.json` is, which is written last, once, and names the folder
 * of its files. Who writes the same at the same time has another folder, and removes it when he comes second.
 *
 *     transform/4f1d…/entry.json          {"outcome": …, "files": {"place.i32": 4096, …}, "folder": "0b1c…"}
 *     transform/4f1d…/0b1c…/place.i32
 */
import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { inParallel } from '@trainyard/shared';
import { z } from 'zod';
import { makeFolder } from '@trainyard/shared/makeFolder';
import type { EntryId } from '../cache/entryMirror.js';
import { OUTCOME_FILE } from '../cache/entry.js';
import { ABSENT, type Generation, type BucketFolder } from '../cloud/bucketFolder.js';
import { filesIn, uploadFiles } from '../cloud/uploadFolder.js';
import type { EntryHome, HomeLog } from './artifactHome.js';
import { jsonOf } from './bucketOwner.js';

const AT_A_TIME = 4;

const entrySchema = z.object({
  outcome: z.unknown(),
  /** Bytes by name. */
  files: z.record(z.string(), z.int()),
  folder: z.string().min(1),
});
type Entry = z.infer<typeof entrySchema>;
const outcomeSchema = z.object({ outcome: z.unknown() });

export class BucketEntries implements EntryHome {
  private storing: Promise<void> = Promise.resolve();
  private failure: unknown;
  private readonly generations = new Map<string, Generation>();

  constructor(
    private readonly remote: BucketFolder,
    private readonly log: HomeLog,
  ) {}

  async find(id: EntryId): Promise<{ outcome: unknown; bytes: number } | undefined> {
    const entry = await this.read(id);
    return entry && { outcome: entry.outcome, bytes: bytesOf(entry) };
  }

  async bring(id: EntryId, folder: string): Promise<boolean> {
    const entry = await this.read(id);
    if (!entry) return false;
    const began = performance.now();
    const prefix = `${folderOf(id)}/${entry.folder}/`;
    const objects = new Map(
      (await this.remote.list(prefix)).map((object) => [object.name.slice(prefix.length), object]),
    );
    const isWhole = Object.entries(entry.files).every(([name, size]) => objects.get(name)?.size === size);
    if (!isWhole) return this.forget(id);
    const missing: string[] = [];
    await inParallel([...objects], AT_A_TIME, async ([name, object]) => {
      if (name in entry.files && !(await this.remote.download(object, join(folder, name))))
        missing.push(name);
    });
    if (missing.length > 0) return this.forget(id);
    const seconds = (performance.now() - began) / 1000;
    this.log('info', `downloaded what ${id.stage} had made before`, { bytes: bytesOf(entry), seconds });
    return true;
  }

  store(id: EntryId, folder: string, { replace }: { replace: boolean }): void {
    // One entry after the other: they arrive in the order in which they build on each other.
    this.storing = this.storing.then(async () => {
      try {
        await this.upload(id, folder, replace);
      } catch (error) {
        this.failure ??= error;
        const reason = error instanceof Error ? error.message : String(error);
        this.log('warn', `what ${id.stage} made is not kept for other machines: ${reason}`);
      }
    });
  }

  /** Waits until everything is stored. Throws where something could not be. */
  async settled(): Promise<void> {
    await this.storing;
    if (this.failure !== undefined) throw this.failure;
  }

  async bringFile(name: string, path: string): Promise<void> {
    const found = await this.remote.read(name);
    this.generations.set(name, found?.generation ?? ABSENT);
    if (!found) return;
    await makeFolder(dirname(path));
    await writeFile(path, found.text);
  }

  async storeFile(name: string, path: string): Promise<void> {
    await this.remote.write(name, await readFile(path, 'utf8'), this.generations.get(name));
  }

  private async upload(id: EntryId, folder: string, replace: boolean): Promise<void> {
    if (!replace && (await this.read(id))) return;
    const own = randomUUID();
    const all = await filesIn(folder);
    const files = all.filter(({ name }) => name !== OUTCOME_FILE);
    const { outcome } = outcomeSchema.parse(JSON.parse(await readFile(join(folder, OUTCOME_FILE), 'utf8')));
    const began = performance.now();
    await uploadFiles(files, this.remote, `${folderOf(id)}/${own}`);
    const entry: Entry = {
      outcome,
      files: Object.fromEntries(files.map(({ name, bytes }) => [name, bytes])),
      folder: own,
    };
    const written = await this.remote.write(nameOf(id), JSON.stringify(entry), replace ? undefined : ABSENT);
    if (written === undefined && (await this.read(id))?.folder !== own) {
      for (const { name } of files) await this.remote.remove(`${folderOf(id)}/${own}/${name}`);
      return;
    }
    const seconds = (performance.now() - began) / 1000;
    if (seconds > 1) this.log('info', `uploaded what ${id.stage} made`, { bytes: bytesOf(entry), seconds });
  }

  /** Undefined for what another version of this program wrote as well. */
  private async read(id: EntryId): Promise<Entry | undefined> {
    const found = await this.remote.read(nameOf(id));
    return found && entrySchema.safeParse(jsonOf(found.text)).data;
  }

  /** A lifecycle rule took files of it: what is left must not keep others from storing it anew. */
  private async forget(id: EntryId): Promise<false> {
    this.log('info', `what ${id.stage} had made before is not whole any more, and is made again`);
    await this.remote.remove(nameOf(id));
    return false;
  }
}

function folderOf({ stage, digest }: EntryId): string {
  return `${stage}/${digest}`;
}

function nameOf(id: EntryId): string {
  return `${folderOf(id)}/entry.json`;
}

function bytesOf({ files }: Entry): number {
  return Object.values(files).reduce((sum, size) => sum + size, 0);
}
