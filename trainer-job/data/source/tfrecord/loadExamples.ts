/** Record files of `tf.train.Example` as a table of DuckDB: a row for each example, a column for each feature. */
import { listValue, type DuckDBValue } from '@duckdb/node-api';
import { identifier, type Appender, type AppendedType, type Database } from '../../database.js';
import { checkNames } from '../checkNames.js';
import { NoExampleError, readExample, type FeatureKind, type FeatureValues } from './example.js';
import { damaged, recordsOf } from './records.js';
import { TrainerError } from '../../../errors/trainerError.js';

const TYPES = { bytes: 'VARCHAR', float: 'DOUBLE', int64: 'BIGINT' } as const;
/** Examples on their way into the table: DuckDB takes at most so many at once. */
const MOST_ROWS = 2048;
const MOST_BYTES = 32 * 1024 * 1024;
/** Of records that an appender may hold in memory. */
const MOST_APPENDED = 64 * 1024 * 1024;
const MOST_FEATURES = 10_000;

/** A column of the table in DuckDB. */
interface Field {
  name: string;
  type: AppendedType;
  /** Of the rows that are not in the table yet; null where nothing is set. */
  values: DuckDBValue[];
}

/** A feature, with a field for single values and, from the first example that has several, one for lists. */
interface Column {
  name: string;
  kind: FeatureKind;
  single: Field;
  lists: Field | undefined;
  /** Why it cannot be used as it is. */
  problem: TrainerError | undefined;
}

interface Examples {
  /** SQL of the table under the features' names; a feature that has several values in some example is a list in all. */
  sql: string;
  /** By the feature, why it cannot be used as it is: it is a list, has two types, or holds bytes that are no text. */
  unusable: ReadonlyMap<string, TrainerError>;
}

/**
 * Reads all `files` into `table`, which lies on disk where it does not fit into memory. `constants` are features that all
 * examples of a file have besides their own. Fails with a `TrainerError` for damaged records.
 */
export async function loadExamples(
  database: Database,
  table: string,
  files: readonly string[],
  constants: (file: number) => ReadonlyMap<string, string | null> = () => new Map(),
): Promise<Examples> {
  const loader = new ExampleLoader(database, table);
  try {
    for (const [i, file] of files.entries()) await loader.load(file, constants(i));
    return await loader.finish();
  } finally {
    loader.closeAppender();
  }
}

class ExampleLoader {
  private readonly columns = new Map<string, Column>();
  /** In the order of the table. */
  private readonly fields: Field[] = [];
  private stored = 0;
  /** Rows before the first feature. */
  private blank = 0;
  private rows = 0;
  private bytes = 0;
  private appender: Appender | undefined;
  private appended = 0;

  constructor(
    private readonly database: Database,
    private readonly table: string,
  ) {}

  async load(file: string, constants: ReadonlyMap<string, string | null>): Promise<void> {
    let number = 0;
    for await (const records of recordsOf(file)) {
      for (const record of records) {
        this.add(record, file, ++number);
        this.addConstants(constants);
        if (this.rows === MOST_ROWS || this.bytes > MOST_BYTES) await this.flush();
      }
    }
  }

  async finish(): Promise<Examples> {
    await this.flush();
    this.closeAppender();
    const names = [...this.columns.keys()];
    if (names.length === 0) {
      throw new TrainerError(
        'no-features',
        'no record of the source has a feature',
        'write examples with features',
        { stage: 'ingest' },
      );
    }
    checkNames(names);
    checkCase(names);
    const columns = [...this.columns.values()];
    const readable = columns.filter(({ problem }) => !problem || isList(problem));
    const [first] = columns;
    if (readable.length === 0 && first?.problem) throw first.problem;
    const sqls = readable.map((column) => `${columnSql(column)} AS ${identifier(column.name)}`);
    return {
      sql: `(SELECT ${sqls.join(', ')} FROM ${identifier(this.table)})`,
      unusable: new Map(columns.flatMap(({ name, problem }) => (problem ? [[name, problem] as const] : []))),
    };
  }

  private add(record: Buffer, file: string, number: number): void {
    try {
      readExample(record, (name, feature) => {
        if (feature && feature.count > 0) this.set(name, feature, file, number);
      });
    } catch (error) {
      if (!(error instanceof NoExampleError)) throw error;
      throw damaged(file, number, `it is no tf.train.Example: ${error.message}`);
    }
    this.bytes += record.length;
  }

  /** A feature of the example itself comes before that of its file. */
  private addConstants(constants: ReadonlyMap<string, string | null>): void {
    for (const [name, value] of constants) {
      const column = this.columnOf(name, 'bytes');
      if (column.kind === 'bytes') column.single.values[this.rows] ??= value;
    }
    this.rows++;
  }

  private set(name: string, feature: FeatureValues, file: string, number: number): void {
    const column = this.columnOf(name, feature.kind);
    // What an earlier list of the same feature in this example said no longer holds.
    column.single.values[this.rows] = null;
    if (column.lists) column.lists.values[this.rows] = null;
    const values = feature.all ?? [feature.value];
    if (column.kind !== feature.kind) spoil(column, mixedTypes(column, feature.kind, file, number));
    else if (values.includes(undefined)) spoil(column, notText(name, file, number));
    else if (feature.count === 1) column.single.values[this.rows] = feature.value ?? null;
    else {
      column.problem ??= severalValues(name, feature.count, file, number);
      column.lists ??= this.addField(`l${this.fields.length}`, `${TYPES[column.kind]}[]`);
      column.lists.values[this.rows] = listValue(values.map((value) => value ?? null));
    }
  }

  private columnOf(name: string, kind: FeatureKind): Column {
    const known = this.columns.get(name);
    if (known) return known;
    if (this.columns.size === MOST_FEATURES) {
      throw new TrainerError(
        'too-many-features',
        `the examples have more than ${MOST_FEATURES} features`,
        'write what differs from row to row as values of a feature, not as its name',
        { stage: 'ingest' },
      );
    }
    const single = this.addField(`f${this.fields.length}`, TYPES[kind]);
    const column: Column = { name, kind, single, lists: undefined, problem: undefined };
    this.columns.set(name, column);
    return column;
  }

  private addField(name: string, type: AppendedType): Field {
    const field: Field = { name, type, values: nulls() };
    this.fields.push(field);
    return field;
  }

  /** A feature that the examples so far lacked is null in all of them. */
  private async flush(): Promise<void> {
    if (this.rows === 0) return;
    const { rows, fields } = this;
    await this.makeRoom();
    if (fields.length === 0) this.blank += rows;
    else {
      this.appender ??= await this.database.appender(
        this.table,
        fields.map(({ type }) => type),
      );
      this.appender.append(
        fields.map(({ values }) => (rows === MOST_ROWS ? values : values.slice(0, rows))),
        rows,
      );
      for (const field of fields) field.values = nulls();
      this.appended += this.bytes;
      if (this.appended > MOST_APPENDED) this.closeAppender();
    }
    this.rows = 0;
    this.bytes = 0;
  }

  /** Gives the table the fields that it lacks. */
  private async makeRoom(): Promise<void> {
    const { fields } = this;
    if (this.stored === fields.length) return;
    this.closeAppender();
    const table = identifier(this.table);
    if (this.stored === 0) {
      const declared = fields.map(({ name, type }) => `${name} ${type}`);
      await this.database.run(`CREATE TABLE ${table} (${declared.join(', ')})`);
      await this.database.run(
        `INSERT INTO ${table} (${fields[0]?.name}) SELECT NULL FROM range(${this.blank})`,
      );
    } else {
      for (const { name, type } of fields.slice(this.stored)) {
        await this.database.run(`ALTER TABLE ${table} ADD COLUMN ${name} ${type}`);
      }
    }
    this.stored = fields.length;
  }

  closeAppender(): void {
    this.appender?.close();
    this.appender = undefined;
    this.appended = 0;
  }
}

/** The first thing that leaves a feature without a meaning; that it is a list does not. */
function spoil(column: Column, problem: TrainerError): void {
  if (!column.problem || isList(column.problem)) column.problem = problem;
}

function isList({ code }: TrainerError): boolean {
  return code === 'several-values';
}

/** SQL of a feature: of one that has several values somewhere, a single value is a list of one. */
function columnSql({ single, lists }: Column): string {
  if (!lists) return single.name;
  return `coalesce(${lists.name}, CASE WHEN ${single.name} IS NOT NULL THEN [${single.name}] END)`;
}

function nulls(): DuckDBValue[] {
  return Array.from({ length: MOST_ROWS }, () => null);
}

function mixedTypes({ name, kind }: Column, other: FeatureKind, file: string, number: number): TrainerError {
  return new TrainerError(
    'mixed-types',
    `feature "${name}" has values of ${kind}, but of ${other} in record ${number} of ${file}`,
    'write the feature with one type in all examples',
    { stage: 'ingest' },
  );
}

function severalValues(name: string, count: number, file: string, number: number): TrainerError {
  return new TrainerError(
    'several-values',
    `feature "${name}" has ${count} values in record ${number} of ${file}, and one is needed where it is used`,
    `choose one in dataset.sql, such as ${identifier(name)}[1], or read them one by one as words: SELECT * REPLACE (regexp_replace(${identifier(name)}::VARCHAR, '[ -]', '', 'g') AS ${identifier(name)}) FROM source, with transform "text"`,
    { stage: 'ingest' },
  );
}

function notText(name: string, file: string, number: number): TrainerError {
  return new TrainerError(
    'not-text',
    `feature "${name}" holds bytes that are not UTF-8 in record ${number} of ${file}`,
    'write texts as UTF-8, and leave out features that hold no text',
    { stage: 'ingest' },
  );
}

/** SQL takes names for the same that differ in their case. */
function checkCase(names: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    const other = seen.get(name.toLowerCase());
    if (other !== undefined) {
      throw new TrainerError(
        'duplicate-column',
        `the features "${other}" and "${name}" differ in upper and lower case alone`,
        'give each feature a name of its own',
        { stage: 'ingest' },
      );
    }
    seen.set(name.toLowerCase(), name);
  }
}
