import { TrainerError } from '../../errors/trainerError.js';

/** Fails for names that SQL cannot say: it ends at a NUL. */
export function checkNames(names: readonly string[]): void {
  if (!names.some((name) => name.includes('\0'))) return;
  throw new TrainerError(
    'invalid-column-name',
    'a column of the data has a NUL byte in its name',
    'write the file again as text in UTF-8, or name the right dataset.source.format',
    { stage: 'ingest' },
  );
}
