/** Record files of `tf.train.Example` as a table of DuckDB: a row for each example, a column for each feature. */
import type { DuckDBValue } from '@duckdb/node-api';
import { identifier, type Appender, type Database } from '../../database.js';
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

interface Column {
  name: string;
  kind: FeatureKind;
  /** Of the rows that are not in the table yet; null where nothing is set. */
  values: DuckDBValue[];
}

/**
 * Reads all `files` into `table`, which lies on disk where it does not fit into memory, and returns SQL of it under the
 * features' names. Fails with a `TrainerError` for damaged records, and for a feature with several values or of two types.
 */
export async function loadExamples(
  database: Database,
  table: string,
  files: readonly string[],
): Promise<string> {
  const loader = new ExampleLoader(database, table);
  try {
    for (const file of files) await loader.load(file);
    return await loader.finish();
  } finally {
    loader.closeAppender();
  }
}

class ExampleLoader {
  private readonly columns = new Map<string, Column>();
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

  async load(file: string): Promise<void> {
    let number = 0;
    for await (const records of recordsOf(file)) {
      for (const record of records) {
        this.add(record, file, ++number);
        if (this.rows === MOST_ROWS || this.bytes > MOST_BYTES) await this.flush();
      }
    }
  }

  async finish(): Promise<string> {
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
    const columns = names.map((name, i) => `f${i} AS ${identifier(name)}`);
    return `(SELECT ${columns.join(', ')} FROM ${identifier(this.table)})`;
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
    this.rows++;
    this.bytes += record.length;
  }

  private set(name: string, feature: FeatureValues, file: string, number: number): void {
    const column = this.columnOf(name, feature.kind);
    if (column.kind !== feature.kind) {
      throw new TrainerError(
        'mixed-types',
        `feature "${name}" has values of ${column.kind}, but of ${feature.kind} in record ${number} of ${file}`,
        'write the feature with one type in all examples',
        { stage: 'ingest' },
      );
    }
    if (feature.count > 1) {
      throw new TrainerError(
        'several-values',
        `feature "${name}" has ${feature.count} values in record ${number} of ${file}; one is read`,
        'write one value for each feature, several as several features or as one text',
        { stage: 'ingest' },
      );
    }
    if (feature.value === undefined) throw notText(name, file, number);
    column.values[this.rows] = feature.value;
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
    const column: Column = { name, kind, values: nulls() };
    this.columns.set(name, column);
    return column;
  }

  /** A feature that the examples so far lacked is null in all of them. */
  private async flush(): Promise<void> {
    if (this.rows === 0) return;
    const columns = [...this.columns.values()];
    await this.makeRoom(columns);
    const { rows } = this;
    if (columns.length === 0) this.blank += rows;
    else {
      this.appender ??= await this.database.appender(
        this.table,
        columns.map(({ kind }) => TYPES[kind]),
      );
      this.appender.append(
        columns.map(({ values }) => (rows === MOST_ROWS ? values : values.slice(0, rows))),
        rows,
      );
      for (const column of columns) column.values = nulls();
      this.appended += this.bytes;
      if (this.appended > MOST_APPENDED) this.closeAppender();
    }
    this.rows = 0;
    this.bytes = 0;
  }

  /** Gives the table the columns that it lacks. */
  private async makeRoom(columns: readonly Column[]): Promise<void> {
    if (this.stored === columns.length) return;
    this.closeAppender();
    if (this.stored === 0 && columns.length > 0) {
      const declared = columns.map(({ kind }, i) => `f${i} ${TYPES[kind]}`);
      await this.database.run(`CREATE TABLE ${identifier(this.table)} (${declared.join(', ')})`);
      await this.database.run(
        `INSERT INTO ${identifier(this.table)} (f0) SELECT NULL FROM range(${this.blank})`,
      );
    } else {
      for (let i = this.stored; i < columns.length; i++) {
        const type = TYPES[columns[i]?.kind ?? 'bytes'];
        await this.database.run(`ALTER TABLE ${identifier(this.table)} ADD COLUMN f${i} ${type}`);
      }
    }
    this.stored = columns.length;
  }

  closeAppender(): void {
    this.appender?.close();
    this.appender = undefined;
    this.appended = 0;
  }
}

function nulls(): DuckDBValue[] {
  return Array.from({ length: MOST_ROWS }, () => null);
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
