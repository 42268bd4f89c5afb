import { describe, expect, it } from 'vitest';
import { itemText, itemWithAttributes, listLines } from './listTable.js';

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

  const shop = {
    attributes: ['price', 'since', 'name'],
    attributesOf: (item: string) => ({
      price: 2.1,
      since: '2011-01-01',
      name: item === '7' ? 'HAND WARMER' : null,
    }),
  };

  it('has no bare number or time behind the item, and each by its name in full', () => {
    expect([itemText(shop, '7'), itemText(shop, '8')]).toEqual(['7 HAND WARMER', '8']);
    expect(itemWithAttributes(shop, '7')).toBe('7 (price 2.1, since 2011-01-01, name HAND WARMER)');
    expect(itemWithAttributes({ ...shop, attributes: [] }, '7')).toBe('7');
  });

  it('has its own attributes before the names of the items beside it, as far as there is room', () => {
    const beside = { title: 'had last, of 1', items: ['7'] };
    const lines = (width: number) => listLines(shop, [{ item: '7', score: 1 }], beside, width);
    const cells = (width: number) => lines(width)[1]?.split(/\s{2,}/);
    expect(cells(80)).toEqual(['1', '7', '2.1', '2011-01-01', 'HAND WARMER', '1.0000', '| 7 HAND WARMER']);
    expect(cells(60)).toEqual(['1', '7', '2.1', '2011-01-01', '1.0000', '| 7 HAND WARMER']);
    expect(cells(45)).toEqual(['1', '7', '2.1', '1.0000', '| 7 HAND WARMER']);
    expect(cells(20)).toEqual(['1', '7', '1.0000', '| 7']);
  });
});
