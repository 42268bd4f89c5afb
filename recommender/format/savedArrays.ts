/** Matrices one after the other in `weights.bin`, and where each lies. */
import { z } from 'zod';
import { RecommenderError } from '../error.js';
import { WEIGHTS_FILE } from './files.js';
import { floatsAt } from './floats.js';
import { readBytes, type ReadFile } from './read.js';

/** `offset` and `rows * columns` in elements. */
export const savedArraysSchema = z.array(
  z.strictObject({
    name: z.string(),
    rows: z.int().min(0),
    columns: z.int().min(0),
    offset: z.int().min(0),
  }),
);
export type SavedArrays = z.infer<typeof savedArraysSchema>;

/** The matrix of that name, [rows, columns]; fails when there is none, or one of another shape. */
export type Weights = (name: string, rows: number, columns: number) => Float32Array;

/** Reads the matrices that `description`, a file of the same folder, says are there. */
export async function readWeights(
  read: ReadFile,
  folder: string,
  description: string,
  entries: SavedArrays,
): Promise<Weights> {
  return weightsOf(await readBytes(read, `${folder}/${WEIGHTS_FILE}`), folder, description, entries);
}

/** The same, of bytes that have been read. */
export function weightsOf(
  bytes: Uint8Array,
  folder: string,
  description: string,
  entries: SavedArrays,
): Weights {
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  return (name, rows, columns) => {
    const entry = byName.get(name);
    if (entry?.rows !== rows || entry.columns !== columns) {
      const found = entry ? `has ${entry.rows} × ${entry.columns} numbers` : 'is not there';
      throw mismatch(
        `${folder}: ${description} and its weights disagree about ${name}, which ${found} instead of ${rows} × ${columns}`,
      );
    }
    const end = (entry.offset + rows * columns) * 4;
    if (bytes.byteLength < end) {
      throw mismatch(
        `${folder}: ${WEIGHTS_FILE} is too short, ${bytes.byteLength} bytes instead of ${end} or more`,
      );
    }
    return floatsAt(bytes, entry.offset, rows * columns);
  };
}

function mismatch(message: string): RecommenderError {
  return new RecommenderError('mismatched-files', message, 'copy all files of one run, whole');
}
