/** Items and users as tables of DuckDB, each with the values of its newest training row, from which their files are written. */
import { listValue, type DuckDBValue } from '@duckdb/node-api';
import { attributeNames } from '@trainyard/shared/spec/outputs/attributeNames';
import { identifier, literal, type AppendedType, type Database } from '../../data/database.js';
import { internalName, textSql } from '../../data/ingest/columns.js';
import type { OpenRows } from '../../data/transform/openRows.js';
import type { TrainingRows } from './newestRows.js';
import type { ColumnOfValues } from './saveValues.js';

/** As many as one chunk of DuckDB holds. */
const CHUNK = 2048;

/** Types whose texts DuckDB reads back as what they were; ids of another type stay texts. */
const READ_BACK =
  /^(U?(TINY|SMALL|BIG)?INT(EGER)?|DECIMAL\(\d+,\d+\)|DOUBLE|FLOAT|BOOLEAN|DATE|TIMESTAMP\w*|UUID)$/;

/** What is told of the items or users of a model. */
export interface Entities {
  whose: 'items' | 'users';
  /** The vocabulary of the tower's id. */
  ids: readonly string[];
  /** DuckDB's type of the id's column; texts where it is not known. */
  idType: string | undefined;
  training: TrainingRows;
  /** Other columns of integers, by name: [entities] each. */
  counts: Readonly<Record<string, Int32Array>>;
  /** [entities, width] their vectors; null where the model has none. */
  vectors: { width: number; values: Float32Array } | null;
  /** The columns that the tower reads, without that of its id. */
  columns: readonly string[];
}

/** SQL of the names of the tables that `makeTables` makes. */
export const entityTable = (whose: Entities['whose']) => `export_${whose}`;
const valuesTable = (whose: Entities['whose']) => `export_${whose}_values`;

/** Makes the table of the entities (`entity`, the id, counts, vector) and that of the values of their newest rows, which a model without raw rows does not have. */
export async function makeTables(
  database: Database,
  rows: Omit<OpenRows, 'database'> | null,
  entities: Entities,
  between: () => Promise<void>,
): Promise<void> {
  const { whose, ids, idType, training, counts, vectors, columns } = entities;
  const names = Object.keys(counts);
  const types: AppendedType[] = [
    'INTEGER',
    'VARCHAR',
    'INTEGER',
    'INTEGER',
    ...names.map(() => 'INTEGER' as const),
    ...(vectors ? ['FLOAT[]' as const] : []),
  ];
  const raw = `${entityTable(whose)}_raw`;
  await database.run(
    `CREATE TEMP TABLE ${raw} (entity INTEGER, id VARCHAR, n INTEGER, train_count INTEGER
      ${names.map((name) => `, ${name} INTEGER`).join('')}${vectors ? ', vector FLOAT[]' : ''})`,
  );
  const positions = rows ? positionsOf(rows.place, training.newest) : training.newest.map(() => -1);
  const appender = await database.appender(raw, types);
  for (let from = 0; from < ids.length; from += CHUNK) {
    const count = Math.min(CHUNK, ids.length - from);
    const part = (values: ArrayLike<number>) => Array.from({ length: count }, (_, i) => values[from + i]!);
    appender.append(
      [
        Array.from({ length: count }, (_, i) => from + i),
        ids.slice(from, from + count),
        part(positions),
        part(training.counts),
        ...names.map((name) => part(counts[name]!)),
        ...(vectors ? [vectorsOf(entities, vectors, { from, count })] : []),
      ],
      count,
    );
    await between();
  }
  appender.close();
  await database.run(
    `CREATE TEMP TABLE ${entityTable(whose)} AS SELECT * REPLACE (${await idSql(database, raw, idType)} AS id) FROM ${raw}`,
  );
  await database.run(`DROP TABLE ${raw}`);
  const found = rows ? columns.map((column) => internalName(rows.columns, column)) : [];
  await database.run(
    `CREATE TEMP TABLE ${valuesTable(whose)} AS SELECT ${['e.entity', ...found.map((name, i) => `r.${name} AS v${i}`)].join(', ')}
      FROM ${entityTable(whose)} e ${rows ? 'JOIN rows r ON r.n = e.n' : 'WHERE false'}`,
  );
}

/** Of training rows at these places, where the rows lie among those that were ingested; -1 of none. */
function positionsOf(place: Int32Array, places: Int32Array): Int32Array {
  const rowAt = new Int32Array(place.length);
  for (let row = 0; row < place.length; row++) rowAt[place[row]!] = row;
  return places.map((at) => (at < 0 ? -1 : rowAt[at]!));
}

/** An item has a vector by its id alone; a user's is that of a training row, and null where there is none. */
function vectorsOf(
  { whose, training: { newest } }: Entities,
  { width, values }: NonNullable<Entities['vectors']>,
  { from, count }: { from: number; count: number },
): DuckDBValue[] {
  return Array.from({ length: count }, (_, i) =>
    whose === 'users' && newest[from + i]! < 0
      ? null
      : listValue(Array.from(values.subarray((from + i) * width, (from + i + 1) * width))),
  );
}

/** The id as the type that the data have it in, where each of them is read back as it was. */
async function idSql(database: Database, table: string, type: string | undefined): Promise<string> {
  if (type === undefined || !READ_BACK.test(type)) return 'id';
  const cast = `TRY_CAST(id AS ${type})`;
  const { lost = 0 } = await database.counts(
    `SELECT count(*) AS lost FROM ${table} WHERE ${cast} IS NULL OR ${textSql(cast)} <> id`,
  );
  return lost > 0 ? 'id' : cast;
}

/** Writes `items.parquet` or `users.parquet`: what is told of each entity, and, of items, the attributes. */
export async function writeEntities(
  database: Database,
  { whose, counts, vectors, columns }: Entities,
  hasValues: boolean,
  file: string,
): Promise<void> {
  const own = ['id', 'index', 'train_count', ...Object.keys(counts), ...(vectors ? ['vector'] : [])];
  const attributes = whose === 'items' && hasValues ? attributeNames(own, columns) : [];
  const selected = [
    'e.id',
    'e.entity AS "index"',
    ...own.slice(2).map((name) => `e.${name}`),
    ...attributes.map((name, i) => `v.v${i} AS ${identifier(name)}`),
  ];
  await copyTo(
    database,
    `SELECT ${selected.join(', ')} FROM ${entityTable(whose)} e LEFT JOIN ${valuesTable(whose)} v USING (entity) ORDER BY entity`,
    file,
  );
}

export async function copyTo(database: Database, select: string, file: string): Promise<void> {
  await database.run(`COPY (${select}) TO ${literal(file)} (FORMAT parquet, COMPRESSION zstd)`);
}

/** The values of each column of the newest rows, for `saveValues`. */
export async function* columnsOfValues(
  database: Database,
  { columns: known }: Pick<OpenRows, 'columns'>,
  { whose, ids, columns }: Entities,
): AsyncGenerator<ColumnOfValues> {
  for (const [i, name] of columns.entries()) {
    const codes = new Uint32Array(ids.length);
    const places = new Map<string, number>();
    await database.scan(
      `SELECT entity, ${textSql(`v${i}`)} FROM ${valuesTable(whose)} WHERE v${i} IS NOT NULL ORDER BY entity`,
      ([entities = [], texts = []]) => {
        entities.forEach((entity, row) => {
          const text = String(texts[row]);
          const place = places.get(text) ?? places.size + 1;
          places.set(text, place);
          codes[Number(entity)] = place;
        });
      },
    );
    const type = known.find((column) => column.name === name)?.type ?? 'VARCHAR';
    yield { name, type, texts: [...places.keys()], codes };
  }
}
