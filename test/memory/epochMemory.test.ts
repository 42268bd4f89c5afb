import { expect, it } from 'vitest';
import { middleGrowth, MOST_GROWTH } from '../support/training/epochMemory.js';

it('resident memory is flat over 50 epochs on wasm, once 25 have given caches and heaps their size', async () => {
  expect(await middleGrowth('wasm')).toBeLessThan(MOST_GROWTH);
}, 300_000);
