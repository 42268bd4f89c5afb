/** Columns that stand in the names of folders, as Hive and Spark write them: `month=01/rows.parquet`. */

export interface Partitions {
  /** By the column, its value for each file, in their order; null is what the writers call the default partition. */
  columns: ReadonlyMap<string, readonly (string | null)[]>;
  /** By a column that only some of the paths have: a path that lacks it. */
  lacking: ReadonlyMap<string, string>;
}

const DEFAULT_PARTITION = '__HIVE_DEFAULT_PARTITION__';

/** Of the folders straight above each file, as far as they have the form `name=value`; paths are parted by `/`. */
export function partitionsOf(paths: readonly string[]): Partitions {
  const found = paths.map(partitionOf);
  const names = [...new Set(found.flatMap((one) => [...one.keys()]))];
  const everywhere = names.filter((name) => found.every((one) => one.has(name)));
  return {
    columns: new Map(everywhere.map((name) => [name, found.map((one) => one.get(name) ?? null)])),
    lacking: new Map(
      names
        .filter((name) => !everywhere.includes(name))
        .map((name) => [name, paths[found.findIndex((one) => !one.has(name))] ?? '']),
    ),
  };
}

function partitionOf(path: string): Map<string, string | null> {
  const folders = path.split('/').slice(0, -1);
  const found: [string, string | null][] = [];
  for (const folder of folders.toReversed()) {
    const parts = /^([^=]+)=(.*)$/s.exec(folder);
    if (!parts) break;
    const value = decoded(parts[2] ?? '');
    found.push([decoded(parts[1] ?? ''), value === DEFAULT_PARTITION ? null : value]);
  }
  return new Map(found.toReversed());
}

/** Writers escape what no path may have; a name with a stray % is none of theirs. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** DuckDB's type for the values of a column that is compared as a time, or read by SQL: a day, a month, a number, or a text. */
export function partitionType(values: readonly (string | null)[]): 'DATE' | 'BIGINT' | 'VARCHAR' {
  const texts = values.filter((value) => value !== null);
  if (texts.length > 0 && texts.every((text) => /^\d{4}-(0[1-9]|1[0-2])(-\d{2})?$/.test(text))) return 'DATE';
  if (texts.length > 0 && texts.every((text) => /^-?\d{1,15}$/.test(text))) return 'BIGINT';
  return 'VARCHAR';
}

/** A month is its first day. */
export function partitionText(value: string, type: string): string {
  return type === 'DATE' && value.length === 7 ? `${value}-01` : value;
}
