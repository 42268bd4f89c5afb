/** Names of files that no file or object can have, and delimiters that no file has. */
import type { Dataset } from '../dataset.js';
import type { RuleBroken } from '../modelRules.js';

export function brokenSourceRules({ source, tables, vocabularies }: Dataset): RuleBroken[] {
  return [
    ...brokenUri(['dataset', 'source', 'uri'], source.uri),
    ...Object.entries(tables).flatMap(([name, { uri }]) =>
      brokenUri(['dataset', 'tables', name, 'uri'], uri),
    ),
    ...brokenDelimiter(['dataset', 'source', 'csv', 'delimiter'], source.csv?.delimiter),
    ...Object.entries(tables).flatMap(([name, { csv }]) =>
      brokenDelimiter(['dataset', 'tables', name, 'csv', 'delimiter'], csv?.delimiter),
    ),
    ...brokenObject(['dataset', 'vocabularies'], vocabularies),
  ];
}

/** In YAML, single quotes and none keep a backslash as it is. */
function brokenDelimiter(path: string[], delimiter: string | undefined): RuleBroken[] {
  if (delimiter === undefined || !/^(\\t|tab)$/i.test(delimiter)) return [];
  const message = `is the ${delimiter.length} characters ${delimiter}: write a tab as "\\t", in double quotes`;
  return [{ path, message }];
}

function brokenObject(path: string[], uri: string | undefined): RuleBroken[] {
  if (uri === undefined || !/^gs:/i.test(uri) || /^gs:\/\/[^/*?[\]]+\/.*[^/]$/is.test(uri)) return [];
  return [{ path, message: 'names no object of a bucket: write gs://bucket/folder/vocabularies.json' }];
}

function brokenUri(path: string[], uri: string | undefined): RuleBroken[] {
  if (uri === undefined) return [];
  if (/^gs:/i.test(uri) && !/^gs:\/\/[^/*?[\]]+\/.*[^/]$/is.test(uri)) {
    const message =
      'names no objects of a bucket: write gs://bucket/folder/file.parquet, or a pattern such as gs://bucket/folder/*.parquet; the name of the bucket is no pattern';
    return [{ path, message }];
  }
  const unreadable = (uri.match(/\[[^\]]*\]/g) ?? []).find((set) => !isSet(set));
  if (unreadable === undefined) return [];
  return [
    { path, message: `has the set ${unreadable}, which cannot be read: use *, ?, ** and sets such as [0-9]` },
  ];
}

function isSet(text: string): boolean {
  try {
    return new RegExp(`^${text}$`) instanceof RegExp;
  } catch {
    return false;
  }
}
