/** Writes matrices one after the other into `weights.bin`, little-endian float32, row-major. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WEIGHTS_FILE } from '@trainyard/recommender/format/files';
import type { SavedArrays } from '@trainyard/recommender/format/savedArrays';
import { bytesOf } from '../data/typedFiles.js';
import type { Parameter } from '../model/parameter.js';

/** Writes the arrays and returns where they lie. */
export async function saveArrays(folder: string, arrays: readonly Parameter[]): Promise<SavedArrays> {
  let offset = 0;
  const entries = arrays.map(({ name, rows, columns }) => {
    const entry = { name, rows, columns, offset };
    offset += rows * columns;
    return entry;
  });
  await writeFile(
    join(folder, WEIGHTS_FILE),
    arrays.map(({ values }) => bytesOf(values)),
  );
  return entries;
}
