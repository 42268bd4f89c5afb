import { describe, expect, it } from 'vitest';
import { itemText, listLines } from './listTable.js';

const model = {
  attributes: ['name'],
  attributesOf: () => ({ name: 'red\u001B[2J' }),
};

describe('what is shown of an item', () => {
  it('has no control characters of the data', () => {
    const item = 'a\u001B]0;title\u0007\nb';
    const lines = [itemText(model, item), ...listLines(model, [{ item, score: 1 }], null, 80)];
    // oxlint-disable-next-line no-control-regex -- it is what is looked for
    for (const line of lines) expect(line).not.toMatch(/[\u0000-\u001F\u007F-\u009F]/);
    expect(lines[0]).toBe('a ]0;title b red [2J');
  });
});
