/** Where the rows come from: files, found, checked and fingerprinted before anything reads them. */
import { lstat, open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  csvDialectSchema,
  digestOf,
  formatOfName,
  sourceFormatSchema,
  type CsvDialect,
  type Dataset,
  type SourceFormat,
} from '@trainyard/shared';
import { readCsvHeader, type CsvHeader } from './csvHeader.js';
import { checkBeginning } from './beginning.js';
import { encodingOf, type TextEncoding } from './encoding.js';
import { checkUnchanged, digestsOf, hasCode } from './fileDigest.js';
import { globMatcher } from './glob.js';
import { partitionsOf, type Partitions } from './partitions.js';
import { TrainerError } from '../../errors/trainerError.js';
import type { TrainerErrorCode } from '@trainyard/shared/errors/trainerErrors';

export interface SourceFiles {
  files: string[];
  format: SourceFormat;
  csv: CsvDialect;
  /** Between the columns of a CSV, given or found. */
  delimiter: string;
  /** Of each file, in their order; UTF-8 but for CSV. */
  encodings: TextEncoding[];
  /** What the header of each CSV says, in the order of the files. */
  headers: CsvHeader[];
  /** Columns that stand in the names of folders. */
  partitions: Partitions;
  /** By the path of a copy, the file that it was made of. */
  originals: ReadonlyMap<string, string>;
  /** Names that a CSV gives to two columns. */
  repeated: string[];
  bytes: number;
  /** When the rows were read where they came from, ISO 8601: files on their own say nothing of it. */
  snapshot?: string | null;
  /** Digest of the names and SHA-256 of all files, in order. */
  fingerprint: string;
  /** Fails with `TrainerError` when a file is no longer what it was when its fingerprint was taken. */
  checkUnchanged?(this: void): Promise<void>;
}

type Source = Dataset['source'];

/** Relative paths are relative to `baseDirectory`; digests of files are remembered in `memoryFolder`. */
export async function findSource(
  { source }: Pick<Dataset, 'source'>,
  baseDirectory: string,
  memoryFolder?: string,
): Promise<SourceFiles> {
  const uri = source.uri ?? '';
  const pattern = resolve(baseDirectory, pathOf(uri));
  return accessing(async () => {
    const files = await matching(pattern);
    if (files.length === 0)
      throw problem('source-not-found', `nothing is found at ${uri}`, 'correct dataset.source.uri');
    const checked = await checkFiles(source, files);
    const digests = await digestsOf(files, memoryFolder);
    const partitions = partitionsOf(files.map((file) => file.split(sep).join('/')));
    const named = files.map((file, i) => ({
      name: basename(file),
      sha256: digests[i]?.sha256,
      ...(partitions.columns.size > 0 && {
        partition: [...partitions.columns].map(([name, values]) => [name, values[i] ?? null]),
      }),
    }));
    return {
      ...checked,
      partitions,
      fingerprint: digestOf(named),
      checkUnchanged: () => checkUnchanged(digests),
    };
  });
}

/** What the file system refuses is the user's to allow; what goes while it is looked at may come again. */
async function accessing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const path = error instanceof Error && 'path' in error ? String(error.path) : 'a file of the source';
    if (hasCode(error, 'ENOENT')) {
      throw new TrainerError(
        'source-changed',
        `${path} was there and is gone`,
        'write each version of the data to files of its own, and leave them until the run is over',
        { cause: error },
      );
    }
    if (!hasCode(error, 'EACCES') && !hasCode(error, 'EPERM')) throw error;
    throw problem(
      'no-permission',
      `${path} may not be read by the user that the trainer runs as`,
      'let that user read the file and enter its folders',
      error,
    );
  }
}

/** Files on this machine whose fingerprint is known from elsewhere or yet to be made: what the reader must know of them. */
export async function checkFiles(source: Source, files: string[]): Promise<Omit<SourceFiles, 'fingerprint'>> {
  const format = source.format ?? formatOf(files);
  if (source.csv && format !== 'csv') {
    throw problem(
      'not-csv',
      `dataset.source.csv is given, and ${files[0] ?? 'the source'} is read as ${format}`,
      'remove dataset.source.csv, or set dataset.source.format to csv',
    );
  }
  const csv = source.csv ?? csvDialectSchema.parse({});
  let bytes = 0;
  const headers: CsvHeader[] = [];
  const encodings: TextEncoding[] = [];
  for (const file of files) {
    bytes += await checkFile(file, format);
    const encoding = format === 'csv' ? await encodingOf(file, csv.encoding) : 'utf-8';
    encodings.push(encoding);
    if (format === 'csv') headers.push(await readCsvHeader(file, csv, encoding));
  }
  return {
    files,
    format,
    csv,
    delimiter: headers[0]?.delimiter ?? ',',
    encodings,
    headers,
    partitions: partitionsOf([]),
    originals: new Map(),
    repeated: headers.flatMap(({ repeated }) => repeated),
    bytes,
  };
}

function problem(code: TrainerErrorCode, message: string, remedy: string, cause?: unknown): TrainerError {
  return new TrainerError(code, message, remedy, { stage: 'ingest', cause });
}

function pathOf(uri: string): string {
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(uri)?.[1]?.toLowerCase();
  if (scheme === undefined) return uri;
  if (scheme === 'file') return localPath(uri);
  throw problem(
    'unsupported-source',
    `dataset.source.uri is ${uri}: sources of kind ${scheme}:// are not read`,
    'give a path, a file:// URL or gs://bucket/object',
  );
}

function localPath(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (error) {
    throw problem(
      'invalid-file-url',
      `dataset.source.uri is ${url}, which is not the URL of a file on this machine`,
      'write file:// and an absolute path, as in file:///data/rows.parquet, or give the path alone',
      error,
    );
  }
}

/** The file itself, or the files that a pattern with *, ? or [] matches, in order. */
async function matching(pattern: string): Promise<string[]> {
  if (await exists(pattern)) return [pattern];
  let root = pattern;
  while (/[*?[]/.test(root)) root = dirname(root);
  const inRoot = relative(root, pattern).split(sep).join('/');
  if (root === pattern || !(await exists(root))) return [];
  const matches = globMatcher(inRoot);
  // A pattern of names in one folder does not walk all that lies below it.
  const recursive = inRoot.includes('/') || inRoot.includes('**');
  const entries = await readdir(root, { recursive, withFileTypes: true });
  const found = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
  const inside: string[] = [];
  const realRoot = await realpath(root);
  for (const file of found) {
    if (!matches(relative(root, file).split(sep).join('/'))) continue;
    // A link that leads out of the folder is not what the pattern names.
    if ((await targetOf(file)).startsWith(realRoot + sep)) inside.push(file);
  }
  return inside.toSorted();
}

/** Where the path of a file that was listed leads. */
async function targetOf(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch (error) {
    const isLink = (await lstat(file)).isSymbolicLink();
    if (!isLink || !(hasCode(error, 'ENOENT') || hasCode(error, 'ELOOP'))) throw error;
    throw problem(
      'source-not-found',
      `${file} is a link that leads nowhere, and the pattern of dataset.source.uri matches it`,
      'remove the link, or bring back what it led to',
      error,
    );
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** By the endings of the files' names. */
export function formatOf(files: readonly string[]): SourceFormat {
  const formats = new Set(files.map(formatOfName));
  const [format] = formats;
  if (format !== undefined && formats.size === 1) return format;
  if (files.length > 1) {
    const endings = new Set(files.map((file) => /\.[^./]*(\.gz)?$/.exec(basename(file))?.[0] ?? ''));
    const one = (formatted: SourceFormat | undefined) =>
      files.find((file) => formatOfName(file) === formatted) ?? '';
    if (endings.size > 1) {
      throw problem(
        'unknown-format',
        `the files of the source have different endings: ${[...endings]
          .map((ending) => `"${ending.replace(/^\./, '')}"`)
          .join(', ')
          .slice(0, 300)}, such as ${[...formats].slice(0, 2).map(one).join(' and ')}`,
        'choose files of one format by the pattern, or name dataset.source.format',
      );
    }
  }
  throw problem(
    'unknown-format',
    `the format of ${files[0] ?? 'the source'} cannot be told from its ending`,
    `name dataset.source.format: ${sourceFormatSchema.options.join(', ')}`,
  );
}

/** The size of a file that can be what its format says. */
async function checkFile(file: string, format: SourceFormat): Promise<number> {
  const found = await stat(file);
  if (!found.isFile())
    throw problem(
      'not-a-file',
      `${file} is not a file`,
      `give a file, or a pattern such as ${join(file, '*')}`,
    );
  if (found.size === 0)
    throw problem('empty-file', `${file} is empty`, 'write the data before the run is started');
  if (format === 'parquet' && !(await isParquet(file, found.size))) {
    throw problem(
      'not-parquet',
      `${file} is not a whole Parquet file: it does not begin and end with "PAR1"`,
      'write it again, or name dataset.source.format if it is csv or jsonl',
    );
  }
  await checkBeginning(file, format);
  return found.size;
}

async function isParquet(path: string, size: number): Promise<boolean> {
  if (size < 12) return false;
  const file = await open(path);
  try {
    const ends = Buffer.alloc(8);
    await file.read(ends, 0, 4, 0);
    await file.read(ends, 4, 4, size - 4);
    return ends.toString('latin1') === 'PAR1PAR1';
  } finally {
    await file.close();
  }
}
