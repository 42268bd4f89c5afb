/** The source of a data set and the tables beside it as text that DuckDB reads. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runWarning, type RunWarning } from '@trainyard/shared';
import type { TableFiles } from './openTables.js';
import { plainText } from './plainText.js';
import type { SourceFiles } from './source.js';

interface PlainTables {
  tables: TableFiles;
  /** What was done, for the log. */
  notes: string[];
  warnings: RunWarning[];
}

/** Copies lie in folders of their own in `work`, which the caller removes. */
export async function plainTables(files: TableFiles, work: string): Promise<PlainTables> {
  const [notes, warnings] = [[] as string[], [] as RunWarning[]];
  const plain = async (source: SourceFiles, name: string) => {
    const folder = join(work, `text-${name}`);
    await mkdir(folder);
    const text = await plainText(source, folder);
    notes.push(...text.notes);
    warnings.push(...text.doubtful.map((file) => doubtful(file, source)));
    return text.source;
  };
  const source = await plain(files.source, 'source');
  const tables: Record<string, SourceFiles> = {};
  for (const [name, table] of Object.entries(files.tables)) tables[name] = await plain(table, name);
  return { tables: { source, tables }, notes, warnings };
}

function doubtful(file: string, { csv }: SourceFiles): RunWarning {
  return runWarning(
    'doubtful-encoding',
    `${file} is read as ${csv.encoding}, as is said, and all its characters are valid UTF-8: letters with accents may come out as two others`,
    'remove csv.encoding of the source, or set it to "utf-8"',
  );
}
