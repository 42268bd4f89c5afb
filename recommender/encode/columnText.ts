/**
 * A value of a request as the text that training has of an equal value, which says its type: the transform reads every text of a
 * column as DuckDB writes the column's type, so that 7, 7n, "7" and "007" are one value of a column of integers, and two of a
 * column of texts.
 */
import { truthOf } from './boolean.js';
import { infiniteOf, numberOf, secondsOf, textOf, type FeatureValue } from './value.js';

/** The text of a value; null where it is missing. */
export type TextOf = (value: FeatureValue) => string | null;

const INTEGER = /^\s*([+-]?)0*(\d+)(?:\.0*)?\s*$/;
const DECIMAL = /^\s*([+-]?)0*(\d+)(?:\.(\d*?)0*)?\s*$/;

/** Of times with a zone, which DuckDB writes in the session's: the trainer's is UTC. */
const WITH_ZONE = 'TIMESTAMP WITH TIME ZONE';

/** DuckDB's types by column. */
export type ColumnTypes = Readonly<Record<string, string>>;

/** Of a column without a type, a text is what was given, without blanks at its ends where `trimmed` names the column. A value that the type cannot have stays as it is: nobody has it. */
export function textOfColumn(
  column: string,
  types: ColumnTypes = {},
  trimmed: readonly string[] = [],
): TextOf {
  const typed = Object.hasOwn(types, column) ? rewriterOf(types[column]!) : undefined;
  const rewrite = typed ?? (trimmed.includes(column) ? (text: string) => text.trim() : undefined);
  return (value) => {
    const text = textOf(value);
    return text === null || !rewrite ? text : (rewrite(text, value) ?? text);
  };
}

/** The number of a value of a column, as training has it: of truth values 1 and 0, however they are written. */
export function numberOfColumn(column: string, types: ColumnTypes = {}): (value: FeatureValue) => number {
  if (!Object.hasOwn(types, column) || types[column] !== 'BOOLEAN') return numberOf;
  return (value) => {
    const truth = truthOf(textOf(value));
    return truth === undefined ? numberOf(value) : Number(truth);
  };
}

type Rewrite = (text: string, value: FeatureValue) => string | undefined;

function rewriterOf(type: string): Rewrite | undefined {
  if (/^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$/.test(type)) return integerText;
  const [, digits, scale] = /^DECIMAL\((\d+),(\d+)\)$/.exec(type) ?? [];
  if (scale !== undefined) return (text) => decimalText(text, Number(scale), digits !== scale);
  if (type === 'DOUBLE') return (text) => infiniteText(text) ?? floatText(numberOf(text));
  if (type === 'FLOAT') return (text) => infiniteText(text) ?? floatText(shortestOfSingle(numberOf(text)));
  if (type === 'BOOLEAN') return (text) => truthOf(text)?.toString();
  if (type === 'DATE') return (_text, value) => timeText(value)?.replace(/ 00:00:00$/, '');
  if (/^TIMESTAMP(_\w+)?$/.test(type)) return (_text, value) => timeText(value);
  if (type === WITH_ZONE) return (_text, value) => timeText(value)?.concat('+00');
  return undefined;
}

function integerText(text: string): string | undefined {
  const [, sign, digits] = INTEGER.exec(text) ?? [];
  if (digits === undefined) return undefined;
  return sign === '-' && digits !== '0' ? `-${digits}` : digits;
}

/** As many digits behind the point as the type has, and one before it where it has any; undefined for a value with more. */
function decimalText(text: string, scale: number, hasWhole: boolean): string | undefined {
  const [, sign, whole, fraction = ''] = DECIMAL.exec(text) ?? [];
  if (whole === undefined || fraction.length > scale) return undefined;
  const before = hasWhole || whole !== '0' ? whole : '';
  const digits = scale === 0 ? whole : `${before}.${fraction.padEnd(scale, '0')}`;
  return sign === '-' && /[1-9]/.test(digits) ? `-${digits}` : digits;
}

function infiniteText(text: string): string | undefined {
  const infinite = infiniteOf(text);
  return infinite === undefined ? undefined : infinite > 0 ? 'inf' : '-inf';
}

/** The shortest digits that are read as the number, with an exponent below 1e-4 and from 1e16 on. */
function floatText(number: number): string | undefined {
  if (!Number.isFinite(number)) return undefined;
  const [mantissa, exponent] = number.toExponential().split('e');
  const power = Number(exponent);
  if (number === 0 || (power >= -4 && power < 16)) return String(number);
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** The most digits that a number of single precision needs to be told from its neighbours. */
const DIGITS_OF_SINGLE = 9;

/** What the column holds of a number, by its fewest digits: 0.3 of 0.30000001192092896, as which JavaScript reads a cell of 0.3. */
function shortestOfSingle(number: number): number {
  const single = Math.fround(number);
  for (let digits = 1; digits < DIGITS_OF_SINGLE && Number.isFinite(single); digits++) {
    const short = Number(single.toPrecision(digits));
    if (Math.fround(short) === single) return short;
  }
  return Number.isFinite(single) ? Number(single.toPrecision(DIGITS_OF_SINGLE)) : single;
}

/** `2024-01-02 03:04:05.5` of a time as requests have it, to the microsecond. */
function timeText(value: FeatureValue): string | undefined {
  const micros = Math.round(secondsOf(value) * 1e6);
  const date = new Date(Math.floor(micros / 1e6) * 1000);
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() < 1 || date.getUTCFullYear() > 9999)
    return undefined;
  const fraction = (((micros % 1e6) + 1e6) % 1e6).toString().padStart(6, '0').replace(/0+$/, '');
  return `${date.toISOString().slice(0, 19).replace('T', ' ')}${fraction === '' ? '' : `.${fraction}`}`;
}
