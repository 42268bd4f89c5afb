/** A small shop whose users and items have attributes, some of them in letters beyond ASCII, and the specification of a model of it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrainingSpecInput } from '@trainyard/shared';
import { randomFor } from '../../../trainer-job/model/random.js';
import { PLAIN_EVALUATION } from '../hosts/trainerProcess.js';

const CITIES = ['Graz', 'Łódź', '東京'];
export const USERS = 40;
export const ITEMS = 30;

/** The user at a place; users lack some items, and the first one has all of them. */
export const userId = (place: number) => `kund:in ${place}`;
export const itemId = (place: number) => `ü${place}`;
export const priceOf = (place: number) => place + 0.5;

/** Writes `purchases.jsonl`. */
export async function writeShop(folder: string): Promise<string> {
  const random = randomFor(5, 'shop');
  const rows: object[] = [];
  const bought = (user: number, item: number) =>
    rows.push({
      user: userId(user),
      city: CITIES[user % 3],
      item: itemId(item),
      price: priceOf(item),
      at: rows.length,
    });
  for (let item = 0; item < ITEMS; item++) bought(0, item);
  for (let i = 0; i < 600; i++) {
    const user = 1 + Math.floor(random() * (USERS - 1));
    bought(user, (user % 3) * 10 + Math.floor(random() ** 2 * 10));
  }
  const file = join(folder, 'purchases.jsonl');
  await writeFile(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return file;
}

export function shopSpec(
  uri: string,
  outputs: NonNullable<TrainingSpecInput['outputs']>,
  parts: Partial<TrainingSpecInput> = {},
): TrainingSpecInput {
  return {
    dataset: { source: { uri }, split: { strategy: 'random', validation: 0.1, test: 0.1 } },
    features: {
      query: [
        { column: 'user', transform: 'lookup', id: true, dim: 8 },
        { column: 'city', transform: 'lookup', dim: 4 },
      ],
      candidate: [
        { column: 'item', transform: 'lookup', id: true, dim: 8 },
        { column: 'price', transform: 'normalize' },
      ],
    },
    model: {
      query: { layers: [{ type: 'dense', units: 8 }] },
      candidate: { layers: [{ type: 'dense', units: 8 }] },
    },
    training: { epochs: 2, batchSize: 64, earlyStopping: false },
    evaluation: PLAIN_EVALUATION,
    outputs: { formats: [], ...outputs },
    ...parts,
  };
}
