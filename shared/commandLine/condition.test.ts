import { describe, expect, it } from 'vitest';
import { conditionText } from './condition.js';

describe('a condition at a command line', () => {
  it.each([
    ['price<20', { column: 'price', is: 'less', value: '20' }],
    ['price >= 20', { column: 'price', is: 'greaterOrEqual', value: '20' }],
    ['name = a=b', { column: 'name', is: 'equal', value: 'a=b' }],
    ['kind!=', { column: 'kind', is: 'notEqual', value: '' }],
    ['{"column":"kind","is":"in","values":["a"]}', { column: 'kind', is: 'in', values: ['a'] }],
  ])('%s', (text, condition) => {
    expect(conditionText.parse(text)).toEqual(condition);
  });

  it.each([
    ['cheap', /^write a column, one of = != > >= < <= and a value, as in "price<20"$/],
    ['{"column":', /^that is no JSON; write it as in \{/],
    ['{"column":"kind","is":"like","value":"a"}', /write it as in \{/],
  ])('is refused: %s', (text, message) => {
    expect(conditionText.safeParse(text).error?.issues[0]?.message).toMatch(message);
  });
});
