/** What a file is by its first bytes, where that is not what its format says. */
import { open } from 'node:fs/promises';
import type { SourceFormat } from '@trainyard/shared';
import { TrainerError } from '../../errors/trainerError.js';

interface Kind {
  /** The first bytes, in hexadecimal: so many that no text of a table begins so. */
  begins: RegExp;
  is: string;
  remedy: string;
}

const inflate = (name: string): Kind['remedy'] => `unpack it with ${name}, or compress it with gzip as .gz`;
const KINDS: readonly Kind[] = [
  { begins: /^1f8b/, is: 'compressed, but its name does not end in .gz', remedy: 'add .gz to its name' },
  { begins: /^28b52ffd/, is: 'compressed with zstd, which is not read', remedy: inflate('zstd') },
  { begins: /^fd377a585a00/, is: 'compressed with xz, which is not read', remedy: inflate('xz') },
  {
    begins: /^425a683[1-9]314159265359/,
    is: 'compressed with bzip2, which is not read',
    remedy: inflate('bzip2'),
  },
  {
    begins: /^504b0304/,
    is: 'a zip archive or a spreadsheet',
    remedy: 'unpack it, or save the sheet as CSV',
  },
  { begins: /^5041523115/, is: 'a Parquet file', remedy: 'set dataset.source.format to parquet' },
];
/** JSON is UTF-8; a CSV may be something else. */
const UTF_16: Kind = { begins: /^(fffe|feff)/, is: 'text in UTF-16', remedy: 'save it as UTF-8' };
const LONGEST = 10;

/** Fails with a `TrainerError` for a text file that is something else: what its reader would say of it helps nobody. */
export async function checkBeginning(path: string, format: SourceFormat): Promise<void> {
  // The length of a first record may be any bytes.
  if (format === 'parquet' || format === 'tfrecord' || path.endsWith('.gz')) return;
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LONGEST), 0, LONGEST, 0);
    const bytes = buffer.subarray(0, bytesRead).toString('hex');
    const kinds = format === 'csv' ? KINDS : [...KINDS, UTF_16];
    const kind = kinds.find(({ begins }) => begins.test(bytes));
    if (kind) throw otherKind(path, format, kind);
  } finally {
    await file.close();
  }
}

function otherKind(path: string, format: SourceFormat, { is, remedy }: Kind): TrainerError {
  return new TrainerError('unreadable-source', `${path} cannot be read as ${format}: it is ${is}`, remedy, {
    stage: 'ingest',
  });
}
