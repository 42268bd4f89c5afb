import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inputName, inputNames } from './inputNames.js';

/** What `sanitize_arg_name` of TensorFlow 2.21 makes of a name. */
const parameterOf = (name: string) => {
  const swapped = Array.from(name, (one) => (/[\p{L}\p{N}]/u.test(one) ? one : '_')).join('');
  return /^\p{L}/u.test(swapped) ? swapped : `arg_${swapped}`;
};

describe('the inputs of a signature', () => {
  it.each<[string[], string[]]>([
    [
      ['user', 'city', '価格', '1st', 'my column'],
      ['user', 'city', '価格', '1st', 'my column'],
    ],
    [
      ['class', 'from', 'self', 'None', 'Class'],
      ['class_', 'from_', 'self_', 'None_', 'Class'],
    ],
    [
      ['a.b', 'a/b', 'a_b', 'a b'],
      ['a.b_', 'a/b__', 'a_b', 'a b___'],
    ],
    [
      ['m²', 'm_', 'm'],
      ['m__', 'm_', 'm'],
    ],
    [
      ['__proto__', 'constructor', ''],
      ['__proto___', 'constructor', '_'],
    ],
    [
      ['1st', 'arg_1st'],
      ['1st_', 'arg_1st'],
    ],
  ])('are called as the columns %j, as far as Python can call them', (columns, expected) => {
    const names = inputNames(columns);
    expect(columns.map((column) => names.get(column))).toEqual(expected);
  });

  it('are different parameters of Python, whatever the columns are called', () => {
    const part = fc.constantFrom('a', 'class', '_', '.', ' ', '²', '価', '1', 'é', '\u0301', 'self', '\t');
    const column = fc.array(part, { maxLength: 3 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.uniqueArray(column, { maxLength: 12 }), (columns) => {
        const names = [...inputNames(columns).values()];
        const all = [...names, inputName('k', names)];
        const parameters = all.map(parameterOf);
        expect(new Set(parameters).size).toBe(columns.length + 1);
        for (const parameter of parameters) {
          expect(parameter).toMatch(/^\p{XID_Start}\p{XID_Continue}*$/u);
          expect(['class', 'self']).not.toContain(parameter);
        }
      }),
    );
  });
});
