import { expect, it } from 'vitest';
import { listJson } from './listJson.js';

it('a list as JSON tells infinite numbers from missing ones', () => {
  const attributes = { price: Infinity, cost: -Infinity, size: 7, colour: null };
  expect(JSON.parse(listJson({ similar: [{ item: 'a', attributes }] }))).toEqual({
    similar: [{ item: 'a', attributes: { price: 'Infinity', cost: '-Infinity', size: 7, colour: null } }],
  });
});
