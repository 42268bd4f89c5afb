/** The statements that are sent to BigQuery, in GoogleSQL. */
import type { BigQuerySource } from '@trainyard/shared';
import type { ResultColumn } from '../../cloud/bigQuery.js';

/** What the source asks for. */
export function rowsSql({ table, columns, query, asOf }: BigQuerySource): string {
  // A semicolon at the end would end the statement that it becomes a part of.
  if (table === undefined) return (query ?? '').replace(/[;\s]+$/, '');
  const time = asOf === undefined ? '' : ` FOR SYSTEM_TIME AS OF TIMESTAMP '${asOf}'`;
  return `SELECT ${columns?.map(quoted).join(', ') ?? '*'} FROM ${quoted(table)}${time}`;
}

/** Writes those rows to Parquet files in a folder, in columns that DuckDB reads. */
export function exportSql(rows: string, columns: readonly ResultColumn[], folder: string): string {
  const options = `uri = '${folder}/*.parquet', format = 'PARQUET', compression = 'SNAPPY', overwrite = false`;
  // The line break ends a comment at the end of a query.
  return `EXPORT DATA OPTIONS(${options}) AS SELECT ${columns.map(exported).join(', ')} FROM (\n${rows}\n)`;
}

/** NUMERIC has more digits than any feature needs; what is no scalar becomes its JSON. */
function exported({ name, type, mode }: ResultColumn): string {
  const column = quoted(name);
  const convert = mode === 'REPEATED' ? toJson : CONVERSIONS[type];
  return convert ? `${convert(column)} AS ${column}` : column;
}

const castTo = (type: string) => (column: string) => `CAST(${column} AS ${type})`;
const toJson = (column: string) => `TO_JSON_STRING(${column})`;
const toText = castTo('STRING');
const CONVERSIONS: Record<string, (column: string) => string> = {
  NUMERIC: castTo('FLOAT64'),
  BIGNUMERIC: castTo('FLOAT64'),
  BYTES: (column) => `TO_BASE64(${column})`,
  DATETIME: castTo('TIMESTAMP'),
  TIME: toText,
  INTERVAL: toText,
  RANGE: toText,
  GEOGRAPHY: (column) => `ST_ASTEXT(${column})`,
  JSON: toJson,
  RECORD: toJson,
  STRUCT: toJson,
};

/** A name as GoogleSQL sees it. */
function quoted(name: string): string {
  return `\`${name.replace(/[\\`]/g, '\\$&')}\``;
}

/** Whether the same query over the same tables may give other rows: by the functions that it names. */
export function isVolatile(sql: string): boolean {
  return /\b(CURRENT_\w+|RAND|GENERATE_UUID|SESSION_USER|EXTERNAL_QUERY|ML\.\w+|AI\.\w+|TABLESAMPLE|SYSTEM_TIME|INFORMATION_SCHEMA)\b/i.test(
    sql,
  );
}
