/** What is known of the items, with the types that the data have. */
import { textOfColumn, type TextOf } from '../encode/columnText.js';
import { infiniteOf, secondsOf } from '../encode/value.js';
import type { Values } from '../format/values.js';

/** A value of an item; null where it is missing. Infinite numbers are infinite. Times, and integers beyond 2^53, are texts as DuckDB writes them. */
export type Attribute = string | number | boolean | null;
type AttributeType = 'number' | 'boolean' | 'text';

/** A column of values, by position in the catalogue. */
export interface AttributeColumn {
  name: string;
  type: AttributeType;
  /** Of a column of times: the text that the column has of a time as requests have it; null where that cannot be read as one. */
  timeText?: TextOf;
  /** Whether the column holds whole numbers, of which those beyond 2^53 are texts. */
  isWhole: boolean;
  at(this: void, item: number): Attribute;
}

export function attributeColumns({ columns, column }: Values): AttributeColumn[] {
  return columns.map(({ name, type: written }) => {
    const textAt = column(name)!;
    const type = typeOf(written);
    return {
      name,
      type,
      isWhole: WHOLE.test(written),
      ...(/^(DATE$|TIMESTAMP)/.test(written) && { timeText: timeTextOf(written) }),
      at: (item) => attributeOf(type, FLOATING.test(written), textAt(item)),
    };
  });
}

const WHOLE = /^U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$|^DECIMAL\(\d+,0\)$/;
const FLOATING = /^(DOUBLE|FLOAT)$/;

/** Of a type as DuckDB writes it. */
function typeOf(written: string): AttributeType {
  if (written === 'BOOLEAN') return 'boolean';
  return WHOLE.test(written) || FLOATING.test(written) || written.startsWith('DECIMAL(') ? 'number' : 'text';
}

function attributeOf(type: AttributeType, isFloating: boolean, text: string | null): Attribute {
  if (text === null || type === 'text') return text;
  if (type === 'boolean') return text === 'true';
  const number = (isFloating ? infiniteOf(text) : undefined) ?? Number(text);
  // Of a larger integer, the nearest number is another one; of floating-point numbers, it is the very one.
  return isFloating || !isLargeInteger(text) ? number : text;
}

/** Whether a text is an integer that no number stands for alone. */
export function isLargeInteger(text: string): boolean {
  return /^-?\d+$/.test(text) && !Number.isSafeInteger(Number(text));
}

function timeTextOf(type: string): TextOf {
  const textOf = textOfColumn('time', { time: type });
  return (value) => (Number.isNaN(secondsOf(value)) ? null : textOf(value));
}
