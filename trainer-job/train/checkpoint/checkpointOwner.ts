import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makeFolder } from '@trainyard/shared/makeFolder';

/** Who trains: an attempt of a run. */
export interface Trainer {
  runId: string;
  attempt: number;
}

/** Another attempt, or process, trains with these checkpoints now: this one neither saves nor deletes any more. */
export class Superseded extends Error {
  override readonly name = 'Superseded';
}

const ownerSchema = z.strictObject({ runId: z.string(), attempt: z.int(), token: z.string() });
type Owner = z.infer<typeof ownerSchema>;

/**
 * The fence around a folder of checkpoints. An attempt that is taken for lost may live on, at its own pace, while its successor
 * trains: whoever claims last owns the folder, and is asked for before anything in it changes. A late attempt does not take
 * it back from a later one of the same run.
 */
export class CheckpointOwner {
  private constructor(
    private readonly file: string,
    private readonly owner: Owner,
  ) {}

  static async claim(folder: string, trainer: Trainer): Promise<CheckpointOwner> {
    await makeFolder(folder);
    const claimed = new CheckpointOwner(join(folder, 'owner.json'), { ...trainer, token: randomUUID() });
    const before = await claimed.read();
    if (before?.runId === trainer.runId && before.attempt > trainer.attempt) {
      throw new Superseded(`attempt ${before.attempt} trains already; this is attempt ${trainer.attempt}`);
    }
    const unfinished = `${claimed.file}-${claimed.owner.token}`;
    await writeFile(unfinished, JSON.stringify(claimed.owner));
    await rename(unfinished, claimed.file);
    return claimed;
  }

  /** Throws `Superseded`. */
  async check(): Promise<void> {
    const now = await this.read();
    if (!now || now.token === this.owner.token) return;
    throw new Superseded(`attempt ${now.attempt} of run ${now.runId} trains with these checkpoints now`);
  }

  /** Undefined where nobody is, or nobody can be read. */
  private async read(): Promise<Owner | undefined> {
    try {
      return ownerSchema.parse(JSON.parse(await readFile(this.file, 'utf8')));
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
  }
}
