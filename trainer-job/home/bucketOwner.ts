import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { Superseded, type Trainer } from '../train/checkpoint/checkpointOwner.js';
import { ABSENT, type Generation, type BucketFolder } from '../cloud/bucketFolder.js';

const ownerSchema = z.strictObject({ runId: z.string(), attempt: z.int(), token: z.string() });

const FILE = 'owner.json';

/**
 * The fence around a folder of checkpoints in a bucket, as `checkpointOwner.ts` is around one on a disk: whoever claims last
 * owns it. An object is replaced only where its generation is the one that was read, so two who claim at once see each other.
 */
export class BucketOwner {
  private constructor(
    private readonly folder: BucketFolder,
    private readonly generation: Generation,
  ) {}

  static async claim(folder: BucketFolder, trainer: Trainer): Promise<BucketOwner> {
    const own = { ...trainer, token: randomUUID() };
    for (;;) {
      const before = await read(folder);
      if (before?.owner?.token === own.token) return new BucketOwner(folder, before.generation);
      if (before?.owner?.runId === trainer.runId && before.owner.attempt > trainer.attempt) {
        throw new Superseded(
          `attempt ${before.owner.attempt} trains already; this is attempt ${trainer.attempt}`,
        );
      }
      const written = await folder.write(FILE, JSON.stringify(own), before?.generation ?? ABSENT);
      if (written !== undefined) return new BucketOwner(folder, written);
    }
  }

  /** Throws `Superseded`. */
  async check(): Promise<void> {
    const now = await this.folder.generationOf(FILE);
    if (now === undefined || now === this.generation) return;
    const owner = (await read(this.folder))?.owner;
    throw new Superseded(
      owner
        ? `attempt ${owner.attempt} of run ${owner.runId} trains with these checkpoints now`
        : 'somebody else trains with these checkpoints now',
    );
  }
}

/** `owner` is undefined where nobody can be read. */
async function read(
  folder: BucketFolder,
): Promise<{ owner: z.infer<typeof ownerSchema> | undefined; generation: Generation } | undefined> {
  const found = await folder.read(FILE);
  return found && { owner: ownerSchema.safeParse(jsonOf(found.text)).data, generation: found.generation };
}

/** Undefined for what is not JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
