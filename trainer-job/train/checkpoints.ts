/**
 * Checkpoints: everything a training needs to go on as if it had never stopped, in one folder per checkpoint, named
 * `e0003-s00000012` for 3 finished epochs and 12 steps of the next. `state.bin` holds each parameter and then each of its
 * optimizer slots, and what the model has besides, as little-endian float32; `checkpoint.json` describes it and is written last. The folder appears under
 * its name by a rename, so a reader sees a whole checkpoint or none.
 */
import { createHash } from 'node:crypto';
import { open, mkdir, readFile, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { metricsSchema } from '@trainyard/shared';
import { z } from 'zod';
import type { Parameter } from '../model/parameter.js';
import { bestSoFarSchema } from './earlyStopping.js';
import { plateauSchema } from './learningRate.js';
import type { Optimizer } from './optimizer.js';

export const trainingStateSchema = z.strictObject({
  /** Finished epochs. */
  epoch: z.int().min(0),
  /** Steps done of the epoch after them, and their summed loss. */
  step: z.int().min(0),
  lossSum: z.number(),
  optimizer: z.strictObject({ steps: z.int().min(0), owedDecay: z.number().max(0) }),
  plateau: plateauSchema,
  best: bestSoFarSchema,
  history: z.array(
    z.strictObject({
      epoch: z.int().min(1),
      metrics: metricsSchema,
      seconds: z.number(),
      examples: z.int(),
      examplesPerSecond: z.number(),
    }),
  ),
});
export type TrainingState = z.infer<typeof trainingStateSchema>;

const manifestSchema = z.strictObject({
  schemaVersion: z.literal(2),
  /** What was trained: a checkpoint of another specification or of other data is not resumed from. */
  identity: z.string(),
  state: trainingStateSchema,
  sha256: z.string(),
  arrays: z.array(z.strictObject({ name: z.string(), length: z.int() })),
});

interface NamedArray {
  name: string;
  values: Float32Array;
}

export class CheckpointFolder {
  constructor(
    private readonly folder: string,
    private readonly identity: string,
    private readonly parameters: readonly Parameter[],
    private readonly optimizer: Optimizer,
    /** Arrays that no optimizer changes. */
    private readonly modelState: readonly Parameter[] = [],
  ) {}

  /** Writes a checkpoint and returns its path; one of the same name is there already only if it holds the same. */
  async save(state: TrainingState): Promise<string> {
    const path = join(this.folder, nameOf(state));
    const unfinished = join(this.folder, `unfinished-${nameOf(state)}-${process.pid}`);
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { recursive: true });
    const hash = createHash('sha256');
    const arrays = this.arrays();
    await writeDurably(
      join(unfinished, 'state.bin'),
      arrays.map((array) => bytesOf(array.values)),
      hash,
    );
    const manifest: z.input<typeof manifestSchema> = {
      schemaVersion: 2,
      identity: this.identity,
      state,
      sha256: hash.digest('hex'),
      arrays: arrays.map(({ name, values }) => ({ name, length: values.length })),
    };
    await writeDurably(join(unfinished, 'checkpoint.json'), [Buffer.from(JSON.stringify(manifest))]);
    await rm(path, { recursive: true, force: true });
    await rename(unfinished, path);
    return path;
  }

  /**
   * Fills the parameters and the optimizer from the newest checkpoint that is whole and of this training, and returns its
   * state. Each one passed over is told to `onSkipped`.
   */
  async restoreNewest(onSkipped: (name: string, reason: string) => void): Promise<TrainingState | undefined> {
    const names = await this.names();
    for (const name of names.toReversed()) {
      const restored = await this.restore(name);
      if (restored.state) return restored.state;
      onSkipped(name, restored.reason);
    }
    return undefined;
  }

  /** Fills the parameters and the optimizer as they were at the end of an epoch. */
  async restoreEpoch(epoch: number): Promise<void> {
    const name = nameOf({ epoch, step: 0 });
    const restored = await this.restore(name);
    if (!restored.state) throw new Error(`checkpoint ${name} cannot be read: ${restored.reason}`);
  }

  /** Deletes all but the newest checkpoint and those at the ends of the `epochs` given. */
  async keepOnly(epochs: readonly number[]): Promise<void> {
    const names = await this.names();
    const kept = new Set([names.at(-1), ...epochs.map((epoch) => nameOf({ epoch, step: 0 }))]);
    for (const name of names) {
      if (!kept.has(name)) await rm(join(this.folder, name), { recursive: true, force: true });
    }
  }

  /** Oldest first. */
  private async names(): Promise<string[]> {
    await mkdir(this.folder, { recursive: true });
    const entries = await readdir(this.folder);
    return entries.filter((name) => /^e\d{4,}-s\d{8,}$/.test(name)).toSorted();
  }

  private arrays(): NamedArray[] {
    const trained = this.parameters.flatMap((parameter) => [
      { name: parameter.name, values: parameter.values },
      ...Object.entries(this.optimizer.slots(parameter)).map(([slot, values]) => ({
        name: `${parameter.name}/${slot}`,
        values,
      })),
    ]);
    return [...trained, ...this.modelState];
  }

  private async restore(
    name: string,
  ): Promise<{ state: TrainingState; reason?: never } | { state?: never; reason: string }> {
    const folder = join(this.folder, name);
    let content: Buffer;
    let manifest: z.infer<typeof manifestSchema>;
    try {
      manifest = manifestSchema.parse(JSON.parse(await readFile(join(folder, 'checkpoint.json'), 'utf8')));
      content = await readFile(join(folder, 'state.bin'));
    } catch (error) {
      return { reason: `it cannot be read: ${error instanceof Error ? error.message : String(error)}` };
    }
    if (manifest.identity !== this.identity)
      return { reason: 'it is of another specification or other data' };
    if (createHash('sha256').update(content).digest('hex') !== manifest.sha256)
      return { reason: 'its content is damaged' };
    const arrays = this.arrays();
    const described = arrays.map(({ name: array, values }) => `${array}:${values.length}`).join();
    if (described !== manifest.arrays.map(({ name: array, length }) => `${array}:${length}`).join()) {
      return { reason: 'its parameters are not those of this model' };
    }
    let offset = 0;
    for (const { values } of arrays) {
      bytesOf(values).set(content.subarray(offset, offset + values.byteLength));
      offset += values.byteLength;
    }
    this.optimizer.restore(manifest.state.optimizer);
    return { state: manifest.state };
  }
}

function nameOf(state: Pick<TrainingState, 'epoch' | 'step'>): string {
  return `e${String(state.epoch).padStart(4, '0')}-s${String(state.step).padStart(8, '0')}`;
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

async function writeDurably(
  path: string,
  parts: Uint8Array[],
  hash?: ReturnType<typeof createHash>,
): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (const part of parts) {
      hash?.update(part);
      await file.writeFile(part);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}
