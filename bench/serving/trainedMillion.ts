/** A million items as a trained model has them: those of one that is trained on made-up purchases, each in many copies with something of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fillNormal, randomFor } from '@trainyard/trainer-job/model/random';
import { NIGHTLY, writePurchases } from '../dataPrep/purchases.js';
import { config } from '../environment.js';
import { printProgress } from '../progress.js';
import { wholeRunSpec } from '../training/wholeRunBench.js';

/** How far copies are from the item, in parts of the deviation of each number over all items. */
const JITTER = 0.3;
const ROWS = 1_000_000;

export interface TrainedItems {
  /** [items, width] */
  vectors: Float32Array;
  /** [users, width] of two groups of users, which have none in common. */
  users: readonly [Float32Array, Float32Array];
}

/** Trains one epoch; `users` is the size of each group. */
export async function trainedItems(
  folder: string,
  { items, width, users }: { items: number; width: number; users: number },
): Promise<TrainedItems> {
  const model = await trained(folder, width);
  const own = await floatsIn(join(model, 'item_vectors.f32'));
  const all = await floatsIn(join(model, 'user_vectors.f32'));
  const known = all.length / width;
  const group = (first: number) => {
    const step = Math.floor(known / users / 2);
    const vectors = new Float32Array(users * width);
    for (let i = 0; i < users; i++) {
      const user = (2 * i + first) * step;
      vectors.set(all.subarray(user * width, (user + 1) * width), i * width);
    }
    return vectors;
  };
  return { vectors: jittered(own, items, width), users: [group(0), group(1)] };
}

async function trained(folder: string, width: number): Promise<string> {
  const file = join(folder, 'purchases.parquet');
  await writePurchases({ ...NIGHTLY, rows: ROWS }, file, folder);
  const layers = [
    { type: 'dense', units: 128 },
    { type: 'dense', units: width, activation: 'linear' },
  ];
  const spec = {
    ...wholeRunSpec(file, 1, { type: 'inBatch' }),
    model: { query: { layers }, candidate: { layers } },
    outputs: { formats: [] },
  };
  const path = join(folder, 'spec.json');
  await writeFile(path, JSON.stringify(spec));
  const output = join(folder, 'output');
  const args = [config.trainer, '--spec', path, '--output', output, '--workers', 'auto'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout.on('data', (text: Buffer) => printProgress(text.toString().trimEnd()));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`the trainer ended with exit code ${String(code)}`);
  return join(output, 'model');
}

async function floatsIn(path: string): Promise<Float32Array> {
  const { buffer, byteOffset, byteLength } = await readFile(path);
  return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
}

function jittered(own: Float32Array, items: number, width: number): Float32Array {
  const known = own.length / width;
  const deviations = deviationsOf(own, width);
  const vectors = new Float32Array(items * width);
  fillNormal(vectors, JITTER, randomFor(11, 'jitter'));
  for (let i = 0; i < vectors.length; i++) {
    const [item, number] = [Math.floor(i / width) % known, i % width];
    vectors[i] = (own[item * width + number] ?? 0) + (vectors[i] ?? 0) * (deviations[number] ?? 0);
  }
  return vectors;
}

/** [width] the standard deviation of each number over all items. */
function deviationsOf(vectors: Float32Array, width: number): Float64Array {
  const [sums, squares] = [new Float64Array(width), new Float64Array(width)];
  for (const [i, value] of vectors.entries()) {
    sums[i % width] = (sums[i % width] ?? 0) + value;
    squares[i % width] = (squares[i % width] ?? 0) + value ** 2;
  }
  const items = vectors.length / width;
  return sums.map((sum, i) => Math.sqrt(Math.max(0, (squares[i] ?? 0) / items - (sum / items) ** 2)));
}
