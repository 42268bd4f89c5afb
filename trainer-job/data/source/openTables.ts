/** The source of a data set and the tables beside it, as one. */
import { digestOf, type Dataset } from '@trainyard/shared';
import type { OpenedSource } from './openedSource.js';
import { openSource, type SourceContext } from './openSource.js';
import type { SourceFiles } from './source.js';

export interface OpenedTables extends Omit<OpenedSource, 'files'> {
  tables: Readonly<Record<string, OpenedSource>>;
  files(): Promise<TableFiles>;
  checkUnchanged(this: void): Promise<void>;
}

export interface TableFiles {
  source: SourceFiles;
  tables: Readonly<Record<string, SourceFiles>>;
}

/** `fingerprint`, `bytes` and `fileCount` are of all of them. Fails as `openSource` does. */
export async function openTables(
  { source, tables }: Pick<Dataset, 'source' | 'tables'>,
  context: SourceContext,
): Promise<OpenedTables> {
  const main = await openSource(source, context);
  const others: Record<string, OpenedSource> = {};
  for (const [name, table] of Object.entries(tables)) others[name] = await openSource(table, context);
  const all = [main, ...Object.values(others)];
  const sum = (count: (opened: OpenedSource) => number) => all.reduce((total, one) => total + count(one), 0);
  return {
    ...main,
    tables: others,
    fingerprint:
      all.length === 1
        ? main.fingerprint
        : digestOf({
            source: main.fingerprint,
            tables: Object.fromEntries(Object.entries(others).map(([name, one]) => [name, one.fingerprint])),
          }),
    bytes: sum(({ bytes }) => bytes),
    fileCount: sum(({ fileCount }) => fileCount),
    checkUnchanged: async () => {
      for (const one of all) await one.checkUnchanged?.();
    },
    files: async () => {
      const files: Record<string, SourceFiles> = {};
      for (const [name, one] of Object.entries(others)) files[name] = await one.files();
      return { source: await main.files(), tables: files };
    },
  };
}
