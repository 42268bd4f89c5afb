/**
 * One checkpoint: a folder with `state.bin`, arrays one after the other as little-endian float32, and `checkpoint.json`, which
 * describes it and is written last.
 */
import { createHash } from 'node:crypto';
import { open, readFile, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { metricsSchema } from '@trainyard/shared';
import { z } from 'zod';
import { makeFolder } from '@trainyard/shared/makeFolder';
import { bestSoFarSchema } from '../optimize/earlyStopping.js';
import { plateauSchema } from '../optimize/learningRate.js';

/** How far a training is; with the arrays, all that it needs to go on as if it had never stopped. */
const trainingStateSchema = z.strictObject({
  /** Finished epochs. */
  epoch: z.int().min(0),
  /** Steps done of the epoch after them, and their summed loss. */
  step: z.int().min(0),
  lossSum: z.number(),
  /** Of training and evaluation, over all attempts. */
  seconds: z.number().min(0).default(0),
  /** What shaped the order of that epoch's rows, if anything: it goes on in the order in which it began. */
  blocks: z.strictObject({ entities: z.int().min(1), together: z.int().min(1) }).optional(),
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
      byTies: z.literal(true).optional(),
    }),
  ),
});
export type TrainingState = z.infer<typeof trainingStateSchema>;

/** Raised whenever a checkpoint of before could not be gone on from exactly. */
const VERSION = 2;

const versionSchema = z.looseObject({ schemaVersion: z.int() });
const manifestSchema = z.strictObject({
  schemaVersion: z.literal(VERSION),
  /** What was trained: a checkpoint of another specification or of other data is not resumed from. */
  identity: z.string(),
  savedAt: z.iso.datetime({ precision: 3 }),
  state: trainingStateSchema,
  sha256: z.string(),
  arrays: z.array(z.strictObject({ name: z.string(), length: z.int() })),
});
type Manifest = z.infer<typeof manifestSchema>;

export interface NamedArray {
  name: string;
  values: Float32Array;
}

/** So much is on its way to or from the disk at a time, whatever the size of the tables. */
const PART_BYTES = 8 * 1024 * 1024;

/** Writes the files of a checkpoint to a folder of its own; they are durable when it resolves. */
export async function writeCheckpoint(
  folder: string,
  identity: string,
  state: TrainingState,
  arrays: readonly NamedArray[],
): Promise<void> {
  await makeFolder(folder);
  const hash = createHash('sha256');
  await durably(join(folder, 'state.bin'), async (file) => {
    for (const part of arrays.flatMap(({ values }) => partsOf(values))) {
      // The part is hashed while it is written.
      const written = file.writeFile(part);
      hash.update(part);
      await written;
    }
  });
  const manifest: Manifest = {
    schemaVersion: VERSION,
    identity,
    savedAt: new Date().toISOString(),
    state,
    sha256: hash.digest('hex'),
    arrays: arrays.map(({ name, values }) => ({ name, length: values.length })),
  };
  await durably(join(folder, 'checkpoint.json'), (file) => writeFile(file, JSON.stringify(manifest)));
}

/**
 * Fills the arrays from a checkpoint and returns its state, or why it cannot be used: then the arrays are as they were. It is
 * read twice, first to see that it is whole, so that no second copy of the tables is ever in memory.
 */
export async function readCheckpoint(
  folder: string,
  identities: readonly string[],
  arrays: readonly NamedArray[],
): Promise<{ state: TrainingState; reason?: never } | { state?: never; reason: string }> {
  try {
    const content: unknown = JSON.parse(await readFile(join(folder, 'checkpoint.json'), 'utf8'));
    const { schemaVersion } = versionSchema.parse(content);
    if (schemaVersion !== VERSION) {
      return { reason: `it is of format ${schemaVersion}, and this version reads ${VERSION}` };
    }
    const manifest = manifestSchema.parse(content);
    if (!identities.includes(manifest.identity))
      return { reason: 'it is of another specification or other data' };
    const described = arrays.map(({ name, values }) => `${name}:${values.length}`).join();
    if (described !== manifest.arrays.map(({ name, length }) => `${name}:${length}`).join()) {
      return { reason: 'its parameters are not those of this model' };
    }
    const file = await open(join(folder, 'state.bin'));
    try {
      if ((await digestOfFile(file)) !== manifest.sha256) return { reason: 'its content is damaged' };
      await fill(file, arrays);
    } finally {
      await file.close();
    }
    return { state: manifest.state };
  } catch (error) {
    return { reason: `it cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

async function digestOfFile(file: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(PART_BYTES);
  for (let position = 0; ;) {
    const { bytesRead } = await file.read(buffer, 0, PART_BYTES, position);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
}

async function fill(file: FileHandle, arrays: readonly NamedArray[]): Promise<void> {
  let position = 0;
  for (const part of arrays.flatMap(({ values }) => partsOf(values))) {
    for (let done = 0; done < part.length;) {
      const { bytesRead } = await file.read(part, done, part.length - done, position);
      if (bytesRead === 0) throw new Error('state.bin became shorter while it was read');
      done += bytesRead;
      position += bytesRead;
    }
  }
}

function partsOf(values: Float32Array): Uint8Array[] {
  const count = Math.ceil(values.byteLength / PART_BYTES);
  return Array.from({ length: count }, (_, part) => {
    const from = part * PART_BYTES;
    const length = Math.min(PART_BYTES, values.byteLength - from);
    return new Uint8Array(values.buffer, values.byteOffset + from, length);
  });
}

async function durably(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, 'w');
  try {
    await write(file);
    await file.sync();
  } finally {
    await file.close();
  }
}
