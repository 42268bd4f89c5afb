/** Files of one source that do not all have the same columns. */
import { isLikeRow } from './csvHeader.js';
import { TrainerError } from '../../errors/trainerError.js';

/** What one file has, in its order: DuckDB's type by the name, where the format has types. */
export interface FileColumns {
  file: string;
  columns: ReadonlyMap<string, string>;
}

export interface Varying {
  /** The columns of all files. */
  common: string[];
  /** Whether a column of different types has one that holds the values of all of them. */
  canWiden: boolean;
  /** By a column that some files lack, why it cannot be used. */
  unusable: ReadonlyMap<string, TrainerError>;
  /** What differs, in words. */
  differs: string[];
}

const REMEDY =
  'write all files with the same columns, or choose files of one kind by the pattern of dataset.source.uri';

/**
 * Undefined where all files have the same columns of the same types. Fails with a `TrainerError` that names the odd file where
 * not one column is in all of them.
 */
export function varyingColumns(files: readonly FileColumns[]): Varying | undefined {
  const [first] = files;
  const all = [...new Set(files.flatMap(({ columns }) => [...columns.keys()]))];
  const isEverywhere = (name: string) => files.every(({ columns }) => columns.has(name));
  const common = all.filter(isEverywhere);
  if (!first) return undefined;
  if (common.length === 0) throw nothingCommon(files);
  const unusable = new Map(
    all.filter((name) => !isEverywhere(name)).map((name) => [name, lacking(name, files)] as const),
  );
  const typed = common.flatMap((name) => typesDiffer(name, first, files) ?? []);
  const canWiden = typed.every((one) => one.canWiden);
  const differs = [
    ...[...unusable.values()].slice(0, 10).map(({ message }) => message),
    ...typed.map(({ is }) => `${is}: it is read as ${canWiden ? 'what holds both' : 'in the first'}`),
  ];
  return differs.length === 0 ? undefined : { common, canWiden, unusable, differs };
}

function typesDiffer(
  name: string,
  first: FileColumns,
  files: readonly FileColumns[],
): { is: string; canWiden: boolean } | undefined {
  const type = first.columns.get(name) ?? '';
  const others = files.filter(({ columns }) => columns.get(name) !== type);
  const [other] = others;
  if (!other) return undefined;
  return {
    is: `column "${name}" is ${type} in ${first.file} and ${other.columns.get(name)} in ${other.file}`,
    canWiden: others.every(({ columns }) => kindOf(columns.get(name) ?? '') === kindOf(type)),
  };
}

/** Of numbers and of times a wider type holds the narrower; a text among them would make texts of all. */
function kindOf(type: string): string {
  if (/^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|UINTEGER|DOUBLE|FLOAT|DECIMAL.*)$/.test(type)) return 'number';
  return /^(DATE|TIMESTAMP.*)$/.test(type) ? 'time' : type;
}

function lacking(name: string, files: readonly FileColumns[]): TrainerError {
  const without = files.filter(({ columns }) => !columns.has(name));
  const having = files.find(({ columns }) => columns.has(name));
  const others = without.length > 1 ? ` and ${without.length - 1} more of ${files.length} files` : '';
  return new TrainerError(
    'files-differ',
    `${without[0]?.file}${others} ${without.length > 1 ? 'have' : 'has'} no column "${name}", which ${having?.file} has`,
    REMEDY,
    { stage: 'ingest' },
  );
}

/** The file that differs is one of the fewest that look like it, and has a row where others have names, if any does. */
function nothingCommon(all: readonly FileColumns[]): TrainerError {
  const named = all.filter(({ columns }) => !isLikeRow(columns.keys()));
  const [usual, odd] = oddOf(named.length === 0 ? all : named, all);
  const names = [...(usual?.columns.keys() ?? [])].slice(0, 10).map((name) => `"${name}"`);
  return new TrainerError(
    'unreadable-source',
    `${odd?.file} lacks the columns ${names.join(', ')}, which ${usual?.file} has: there is no column that all ${all.length} files have`,
    `where its first line is a row, begin the file with a line of column names; or ${REMEDY}`,
    { stage: 'ingest' },
  );
}

/** The file that looks like most of the `named` ones, and the first of all files that lacks a column of it. */
function oddOf(
  named: readonly FileColumns[],
  all: readonly FileColumns[],
): [usual: FileColumns | undefined, odd: FileColumns | undefined] {
  const signature = ({ columns }: FileColumns) => JSON.stringify([...columns.keys()].toSorted());
  const counts = new Map<string, number>();
  for (const file of named) counts.set(signature(file), (counts.get(signature(file)) ?? 0) + 1);
  const countOf = (file: FileColumns) => counts.get(signature(file)) ?? 0;
  const [usual] = named.toSorted((a, b) => countOf(b) - countOf(a));
  const lacks = ({ columns }: FileColumns) =>
    [...(usual?.columns.keys() ?? [])].some((name) => !columns.has(name));
  return [usual, all.find(lacks)];
}
