/**
 * A folder of checkpoints, one folder each, named `e0003-s00000012-a0001` for 3 finished epochs and 12 steps of the next, saved
 * by attempt 1. A checkpoint appears under its name by a rename, so a reader sees a whole one or none.
 */
import { existsSync } from 'node:fs';
import { readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { makeFolder } from '@trainyard/shared/makeFolder';
import type { Parameter } from '../../model/parameter.js';
import { readCheckpoint, writeCheckpoint, type NamedArray, type TrainingState } from './checkpointFile.js';
import type { CheckpointMirror } from './checkpointMirror.js';
import { CheckpointOwner, type Trainer } from './checkpointOwner.js';
import type { Optimizer } from '../optimize/optimizer.js';

/** What a checkpoint holds the arrays of. */
interface Saved {
  parameters: readonly Parameter[];
  optimizer: Optimizer;
  /** Arrays that no optimizer changes. */
  modelState: readonly Parameter[];
}

/** `e9999` comes before `e10000`. */
const BY_NUMBERS = new Intl.Collator('en', { numeric: true }).compare;

/** For a process that shares its folder with nobody. */
const ALONE: Trainer = { runId: 'alone', attempt: 1 };

/** Whoever was taken for lost may be writing into it at this moment: then it is tried again. */
const removeFolder = (folder: string) =>
  rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });

export class CheckpointFolder {
  private constructor(
    private readonly folder: string,
    private readonly identities: readonly [string, ...string[]],
    private readonly saved: Saved,
    private readonly owner: CheckpointOwner,
    private readonly attempt: number,
    private readonly mirror: CheckpointMirror | undefined,
  ) {}

  /** Takes the folder over from whoever had it. The first identity is written, all are read. Throws `Superseded` for an attempt that comes too late. */
  static async open(
    folder: string,
    identities: readonly [string, ...string[]],
    saved: Saved,
    trainer: Trainer = ALONE,
    mirror?: CheckpointMirror,
  ): Promise<CheckpointFolder> {
    const owner = await CheckpointOwner.claim(folder, trainer);
    await mirror?.claim(trainer);
    const opened = new CheckpointFolder(folder, identities, saved, owner, trainer.attempt, mirror);
    await opened.removeUnfinished();
    return opened;
  }

  /** Writes a checkpoint and returns its path. Throws `Superseded`, and then nothing has changed. */
  async save(state: TrainingState): Promise<string> {
    const name = `${placeOf(state)}-a${String(this.attempt).padStart(4, '0')}`;
    const path = join(this.folder, name);
    const unfinished = join(this.folder, `unfinished-${name}-${process.pid}`);
    await this.check();
    await removeFolder(unfinished);
    try {
      await writeCheckpoint(unfinished, this.identities[0], state, this.arrays());
      await this.check();
      await this.replace(path, unfinished);
    } catch (error) {
      await removeFolder(unfinished);
      // A successor has cleared away what was being written: that is the reason then.
      await this.check();
      throw error;
    }
    await this.mirror?.store(name, path, state.epoch);
    return path;
  }

  /**
   * Fills the parameters and the optimizer from the newest checkpoint that is whole and of this training, and returns its
   * state and path. Each one passed over is told to `onSkipped`.
   */
  async restoreNewest(
    onSkipped: (name: string, reason: string) => void,
  ): Promise<{ state: TrainingState; path: string } | undefined> {
    for (const name of (await this.names()).toReversed()) {
      const restored = await this.restore(name);
      if (restored.state) return { state: restored.state, path: join(this.folder, name) };
      onSkipped(name, restored.reason);
    }
    return undefined;
  }

  /**
   * Fills the parameters and the optimizer as they were at the end of the first of these epochs whose checkpoint is whole, and
   * returns which it is. Each one passed over is told to `onSkipped`.
   */
  async restoreEpoch(
    epochs: readonly number[],
    onSkipped: (name: string, reason: string) => void,
  ): Promise<number> {
    const names = await this.names();
    for (const epoch of epochs) {
      for (const name of names.filter(endsEpoch([epoch])).toReversed()) {
        const restored = await this.restore(name);
        if (restored.state) return epoch;
        onSkipped(name, restored.reason);
      }
    }
    throw new Error(`none of the epochs ${epochs.join(', ')} has a checkpoint that can be used`);
  }

  /**
   * Deletes all but the checkpoint at `newest` and those at the ends of the `epochs` given. What is named as if it were newer
   * could not be used, or this training would have begun there. Throws `Superseded`.
   */
  async keepOnly(newest: string, epochs: readonly number[]): Promise<void> {
    const names = await this.names();
    const keeps = endsEpoch(epochs);
    await this.check();
    for (const name of names) {
      if (name !== basename(newest) && !keeps(name)) {
        await removeFolder(join(this.folder, name));
        this.mirror?.remove(name);
      }
    }
  }

  /** Throws `Superseded`. */
  private async check(): Promise<void> {
    this.mirror?.check();
    await this.owner.check();
  }

  /** What processes left behind that were killed while they saved. */
  private async removeUnfinished(): Promise<void> {
    for (const name of await readdir(this.folder)) {
      if (!name.startsWith('unfinished-') && !name.includes('-replaced-')) continue;
      await removeFolder(join(this.folder, name));
    }
  }

  /** Oldest first. */
  private async names(): Promise<string[]> {
    await makeFolder(this.folder);
    const entries = new Set([...(await readdir(this.folder)), ...(this.mirror?.names() ?? [])]);
    return [...entries].filter((name) => /^e\d{4,}-s\d{8,}(-a\d{4,})?$/.test(name)).toSorted(BY_NUMBERS);
  }

  /** One of the same name is there only where it could not be used; it is out of the way before the new one appears. */
  private async replace(path: string, by: string): Promise<void> {
    const before = `${path}-replaced-${process.pid}`;
    await rename(path, before).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    });
    await rename(by, path);
    await removeFolder(before);
  }

  private arrays(): NamedArray[] {
    const { parameters, optimizer, modelState } = this.saved;
    const trained = parameters.flatMap((parameter) => [
      { name: parameter.name, values: parameter.values },
      ...Object.entries(optimizer.slots(parameter)).map(([slot, values]) => ({
        name: `${parameter.name}/${slot}`,
        values,
      })),
    ]);
    return [...trained, ...modelState];
  }

  private async restore(name: string): ReturnType<typeof readCheckpoint> {
    const path = join(this.folder, name);
    const reason = this.mirror && !existsSync(path) ? await this.mirror.bring(name, path) : undefined;
    if (reason !== undefined) return { reason };
    const restored = await readCheckpoint(path, this.identities, this.arrays());
    if (restored.state) this.saved.optimizer.restore(restored.state.optimizer);
    return restored;
  }
}

/** The name of a checkpoint but for who saved it. */
export function placeOf({ epoch, step }: Pick<TrainingState, 'epoch' | 'step'>): string {
  return `e${String(epoch).padStart(4, '0')}-s${String(step).padStart(8, '0')}`;
}

/** Whether a name is of a checkpoint at the end of one of the epochs. */
function endsEpoch(epochs: readonly number[]): (name: string) => boolean {
  const places = new Set(epochs.map((epoch) => placeOf({ epoch, step: 0 })));
  return (name) => places.has(name.replace(/-a\d+$/, ''));
}
