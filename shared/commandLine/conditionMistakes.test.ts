import { describe, expect, it } from 'vitest';
import { conditionText } from './condition.js';

describe('a condition as JSON that is none', () => {
  it.each([
    [
      { column: 'price', is: 'lesser', value: 0.2 },
      /^"is" must be one of "equal", .*"less", "lessOrEqual", "in", "notNull"; write it as in/,
    ],
    [{ column: 'price', is: 'less' }, /^"value" .*; write it as in/],
    [{ column: 'price', is: 'less', value: 1, unit: 'EUR' }, /^a condition has no "unit" of its form; write/],
  ])('says what is wrong in the words of the project: %j', (given, message) => {
    const { error } = conditionText.safeParse(JSON.stringify(given));
    expect(error?.issues[0]?.message).toMatch(message);
    expect(error?.issues[0]?.message).not.toMatch(/✖|Invalid/);
  });
});
