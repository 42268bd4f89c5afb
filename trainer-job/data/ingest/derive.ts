/** Columns that the specification makes of others. */
import { assertNever, type ColumnCleaning, type DerivedColumn, type Operand } from '@trainyard/shared';
import { operandsOf } from '@trainyard/shared/spec/rules/operands';
import { timeSql } from '../casts/timeSql.js';
import { blanksTrimmed, textSql, withoutNan } from './columns.js';
import { conditionSql } from './conditions.js';
import { identifier, literal } from '../database.js';

export interface TypedSql {
  sql: string;
  /** DuckDB's. */
  type: string;
}

const ARITHMETIC = { add: '+', subtract: '-', multiply: '*', divide: '/' } as const;
const PARTS = { year: 'year', month: 'month', day: 'day', weekday: 'isodow', hour: 'hour' } as const;

/** Columns that are read as another type, where they are not of it: those of times and of numbers. */
export function operandsRead(
  derived: DerivedColumn,
): { columns: string[]; cast: 'timestamp' | 'float64' } | undefined {
  switch (derived.is) {
    case 'add':
    case 'subtract':
    case 'multiply':
    case 'divide':
    case 'round':
    case 'log1p':
      return { columns: operandsOf(derived), cast: 'float64' };
    case 'year':
    case 'month':
    case 'day':
    case 'weekday':
    case 'hour':
      return { columns: [derived.column], cast: 'timestamp' };
    case 'lower':
    case 'upper':
    case 'trim':
    case 'substring':
    case 'concat':
    case 'coalesce':
    case 'if':
      return undefined;
    default:
      return assertNever(derived);
  }
}

/** SQL of the column and its type; `types` are those of the columns before it, `cleaning` what the specification says of them. */
export function derivedSql(
  derived: DerivedColumn,
  types: ReadonlyMap<string, string>,
  cleaning: Readonly<Record<string, ColumnCleaning>>,
): TypedSql {
  switch (derived.is) {
    case 'add':
    case 'subtract':
    case 'multiply':
    case 'divide': {
      const [left, right] = derived.of.map((operand) => numberSql(operandSql(operand, types).sql));
      // What DuckDB makes of x / 0 depends on its settings.
      const divisor = derived.is === 'divide' ? `nullif(${right}, 0)` : right;
      return { sql: finite(`(${left} ${ARITHMETIC[derived.is]} ${divisor})`), type: 'DOUBLE' };
    }
    case 'round':
      return { sql: `round(${numberSql(identifier(derived.column))})`, type: 'DOUBLE' };
    case 'log1p': {
      const x = numberSql(identifier(derived.column));
      return { sql: `CASE WHEN ${x} > -1 THEN ln(1 + ${x}) END`, type: 'DOUBLE' };
    }
    case 'lower':
    case 'upper':
      return { sql: `${derived.is}(${textSql(identifier(derived.column))})`, type: 'VARCHAR' };
    case 'trim':
      return { sql: blanksTrimmed(textSql(identifier(derived.column))), type: 'VARCHAR' };
    case 'year':
    case 'month':
    case 'day':
    case 'weekday':
    case 'hour':
      return {
        sql: `${PARTS[derived.is]}(${timeSql(identifier(derived.column), types.get(derived.column) ?? 'VARCHAR', { unit: cleaning[derived.column]?.unit })})`,
        type: 'BIGINT',
      };
    case 'substring':
      return {
        sql: `substring(${textSql(identifier(derived.column))}, ${derived.start + 1}, ${derived.length})`,
        type: 'VARCHAR',
      };
    case 'concat': {
      const texts = derived.of.map((operand) => textSql(operandSql(operand, types).sql));
      return { sql: `(${texts.join(` || ${literal(derived.separator)} || `)})`, type: 'VARCHAR' };
    }
    case 'coalesce': {
      const { sqls, type } = ofOneType(derived.of.map((operand) => operandSql(operand, types)));
      return { sql: `coalesce(${sqls.join(', ')})`, type };
    }
    case 'if': {
      const { column } = derived.when;
      const holds = conditionSql(derived.when, identifier(column), types.get(column) ?? 'VARCHAR');
      const branches = [derived.use, derived.otherwise].map((operand) => operandSql(operand, types));
      const { sqls, type } = ofOneType(branches);
      return { sql: `CASE WHEN ${holds} THEN ${sqls[0]} ELSE ${sqls[1]} END`, type };
    }
    default:
      return assertNever(derived);
  }
}

function operandSql(operand: Operand, types: ReadonlyMap<string, string>): TypedSql {
  if ('column' in operand) {
    return { sql: identifier(operand.column), type: types.get(operand.column) ?? 'VARCHAR' };
  }
  const { value } = operand;
  if (typeof value === 'number') return { sql: `${literal(value)}::DOUBLE`, type: 'DOUBLE' };
  return { sql: literal(value), type: typeof value === 'boolean' ? 'BOOLEAN' : 'VARCHAR' };
}

/** All as they are where they have one type, as numbers where all are numbers, else as text. */
function ofOneType(operands: readonly TypedSql[]): { sqls: string[]; type: string } {
  const [first = { sql: 'NULL', type: 'VARCHAR' }] = operands;
  if (operands.every(({ type }) => type === first.type)) {
    return { sqls: operands.map(({ sql }) => sql), type: first.type };
  }
  const isNumber = /^(U?(TINY|SMALL|BIG)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL)/;
  if (operands.every(({ type }) => isNumber.test(type))) {
    return { sqls: operands.map(({ sql }) => numberSql(sql)), type: 'DOUBLE' };
  }
  return { sqls: operands.map(({ sql }) => textSql(sql)), type: 'VARCHAR' };
}

function numberSql(sql: string): string {
  return withoutNan(`try_cast(${sql} AS DOUBLE)`);
}

function finite(sql: string): string {
  return `CASE WHEN isfinite(${sql}) THEN ${sql} END`;
}
