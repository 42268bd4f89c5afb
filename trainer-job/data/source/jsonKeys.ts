/** Keys of JSON lines that differ in letter case alone: DuckDB puts a number behind the name of the later one, and asks the file for that. */
import type { Database } from '../database.js';
import type { SourceFiles } from './source.js';
import { jsonLinesOf } from './reader.js';
import { TrainerError } from '../../errors/trainerError.js';

/** The key that each column is read by; its name, where no two keys are alike but for their case. */
export async function jsonKeys(
  database: Database,
  source: SourceFiles,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const suspects = names.flatMap((name, i) => {
    const base = /^(.+)_\d+$/su.exec(name)?.[1];
    const isAlike = (other: string) => other !== base && other.toLowerCase() === base?.toLowerCase();
    return base !== undefined && names.slice(0, i).some(isAlike) ? [{ name, base }] : [];
  });
  if (suspects.length === 0) return new Map(names.map((name) => [name, name]));
  const found = await database.rows(
    `SELECT DISTINCT unnest(json_keys(line)) AS key FROM ${jsonLinesOf(source)}`,
  );
  const keys = new Set(found.map(({ key }) => String(key)));
  const renamed = suspects.filter(({ base }) => keys.has(base));
  const both = renamed.find(({ name }) => keys.has(name));
  if (both) throw alike(both);
  return new Map(names.map((name) => [name, renamed.find((one) => one.name === name)?.base ?? name]));
}

function alike({ name, base }: { name: string; base: string }): TrainerError {
  return new TrainerError(
    'duplicate-column',
    `the data has a key "${base}" beside one that differs in letter case alone, for which it would be called "${name}", and there is a key "${name}" too`,
    'give each key a name of its own; upper and lower case do not count',
    { stage: 'ingest' },
  );
}
