import type { Dataset } from './dataset.js';

/** A file, or a pattern of files, that a data set reads, and where in the data set it stands: `['source', 'uri']`. */
export interface SourceFile {
  path: readonly string[];
  uri: string;
}

/** All files that the data set names, wherever a file may stand. BigQuery's are left out: their schema allows only `gs://`. */
export function sourceFilesOf({ source, tables, reference, vocabularies }: Dataset): SourceFile[] {
  const given = [
    { path: ['source', 'uri'], uri: source.uri },
    ...Object.entries(tables).map(([name, table]) => ({ path: ['tables', name, 'uri'], uri: table.uri })),
    { path: ['reference'], uri: reference },
    { path: ['vocabularies'], uri: vocabularies },
  ];
  return given.flatMap(({ path, uri }) => (uri === undefined ? [] : { path, uri }));
}
