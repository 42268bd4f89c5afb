/** Matrices one after the other in `weights.bin`, little-endian float32, row-major, and where each lies. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Parameter } from '../model/parameter.js';

/** `offset` and `rows * columns` in elements. */
export const savedArraysSchema = z.array(
  z.strictObject({ name: z.string(), rows: z.int(), columns: z.int(), offset: z.int() }),
);
export type SavedArrays = z.infer<typeof savedArraysSchema>;

const FILE = 'weights.bin';

/** Writes the arrays and returns where they lie. */
export async function saveArrays(folder: string, arrays: readonly Parameter[]): Promise<SavedArrays> {
  let offset = 0;
  const entries = arrays.map(({ name, rows, columns }) => {
    const entry = { name, rows, columns, offset };
    offset += rows * columns;
    return entry;
  });
  await writeFile(
    join(folder, FILE),
    arrays.map(({ values }) => bytesOf(values)),
  );
  return entries;
}

/** Fills the arrays; fails when `description`, whose entries these are, and the file do not belong together. */
export async function loadArrays(
  folder: string,
  description: string,
  entries: SavedArrays,
  arrays: readonly Parameter[],
): Promise<void> {
  const content = await readFile(join(folder, FILE));
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  for (const { name, rows, columns, values } of arrays) {
    const entry = byName.get(name);
    if (entry?.rows !== rows || entry.columns !== columns) {
      throw new Error(`${folder}: ${description} and its weights disagree about ${name}`);
    }
    const bytes = content.subarray(entry.offset * 4, entry.offset * 4 + values.byteLength);
    if (bytes.length !== values.byteLength) throw new Error(`${folder}: ${FILE} is too short`);
    bytesOf(values).set(bytes);
  }
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
