import { OUT_OF_MEMORY } from '@trainyard/shared';
import { TrainerError } from './trainerError.js';

/** What Node, wasm, TensorFlow and DuckDB say when memory is short. */
const SHORT_OF_MEMORY =
  /out of memory|\bOOM\b|allocation failed|cannot allocate memory|resource[ _]?exhausted|bad_alloc/i;

/** No space, no more of this user's share of it, or no larger file. */
const FULL: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
/** DuckDB, which writes tables, has no code for it. */
const DISK_IS_FULL = /no space left on device|disk quota exceeded|file too large/i;

const READ_ONLY = /read-only file system/i;
/** What the system says where it makes no folder: nothing can be written, this user may not, or it makes none there at all, as in /proc. */
const NO_FOLDER: ReadonlySet<unknown> = new Set(['EACCES', 'EPERM', 'ENOENT', 'ENOTDIR']);

const OF_DUCKDB = /^Out of Memory Error/i;

/** What helps where it is the data that take the memory. */
export const DATA_REMEDY =
  'make smaller or fewer values in dataset.sql, name the columns that are needed in dataset.select, raise TRAINYARD_MEMORY_MB, or choose a tier with more memory';

/** What is thrown by libraries where the machine has too little of something; undefined for all else. */
export function machineFault(thrown: unknown): TrainerError | undefined {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  if (OF_DUCKDB.test(message)) {
    // Its further lines name settings of DuckDB, which nobody can make here.
    const [first = message] = message.split('\n');
    return new TrainerError(
      OUT_OF_MEMORY,
      `the data need more memory than they may take: ${first}`,
      DATA_REMEDY,
      {
        cause: thrown,
      },
    );
  }
  if (SHORT_OF_MEMORY.test(message)) {
    return new TrainerError(
      OUT_OF_MEMORY,
      message,
      'lower training.batchSize or the embedding dims, raise minCount, or choose a tier with more memory',
      { cause: thrown },
    );
  }
  const isFull = thrown instanceof Error && 'code' in thrown && FULL.has(thrown.code);
  if (isFull || DISK_IS_FULL.test(message)) {
    return new TrainerError('disk-full', message, 'give the job more disk, or clear its cache', {
      cause: thrown,
    });
  }
  const isRefused = thrown instanceof Error && 'code' in thrown && NO_FOLDER.has(thrown.code);
  if (READ_ONLY.test(message) || (isRefused && 'syscall' in thrown && thrown.syscall === 'mkdir')) {
    return new TrainerError(
      'invalid-settings',
      `nothing can be written there: ${message}`,
      'name another place (--output of the trainer, --directory of a host), or give this user the right to write there',
      { cause: thrown },
    );
  }
  return undefined;
}
