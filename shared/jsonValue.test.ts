import { describe, expect, it } from 'vitest';
import { jsonValueSchema } from './jsonValue.js';

describe('a value of JSON', () => {
  it.each([[null], [0], [''], [true], [[1, { a: [null] }]], [{}], [[[]]]])('is %j', (value) => {
    expect(jsonValueSchema.parse(value)).toEqual(value);
  });

  it.each([[undefined], [Number.NaN], [Infinity], [new Date(0)], [() => 1], [{ a: undefined }]])(
    'is not %s',
    (value) => {
      expect(jsonValueSchema.safeParse(value).success).toBe(false);
    },
  );

  it('is refused in words where it is nested without end, instead of running out of stack', () => {
    const nested = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`) as unknown;
    expect(jsonValueSchema.safeParse(nested).error?.issues[0]?.message).toBe(
      'must be a value of JSON of at most 50 levels',
    );
  });
});
