/** What is known of the items, with the types that the data have. */
import type { Values } from '../format/values.js';

/** A value of an item; null where it is missing. Times, and integers beyond 2^53, are texts as DuckDB writes them. */
export type Attribute = string | number | boolean | null;
type AttributeType = 'number' | 'boolean' | 'text';

/** A column of values, by position in the catalogue. */
export interface AttributeColumn {
  name: string;
  type: AttributeType;
  at(this: void, item: number): Attribute;
}

export function attributeColumns({ columns, column }: Values): AttributeColumn[] {
  return columns.map(({ name, type: written }) => {
    const textAt = column(name)!;
    const type = typeOf(written);
    return { name, type, at: (item) => attributeOf(type, textAt(item)) };
  });
}

/** Of a type as DuckDB writes it. */
function typeOf(written: string): AttributeType {
  if (written === 'BOOLEAN') return 'boolean';
  return /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DOUBLE|FLOAT|DECIMAL\(.*\))$/.test(written)
    ? 'number'
    : 'text';
}

function attributeOf(type: AttributeType, text: string | null): Attribute {
  if (text === null || type === 'text') return text;
  if (type === 'boolean') return text === 'true';
  const number = Number(text);
  // Of a larger integer, the nearest number is another one.
  return Number.isInteger(number) && !Number.isSafeInteger(number) && /^-?\d+$/.test(text) ? text : number;
}
