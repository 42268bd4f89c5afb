import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readDirectory } from '../node.js';
import { openModel } from './openModel.js';

const FOLDERS = fileURLToPath(new URL('../golden/trainer-0.1.0-tower-2/', import.meta.url));

describe.each(['retrieval', 'ranking', 'hybrid'])(
  'a number too large for single precision in a %s model',
  (kind) => {
    it('is refused, for nothing has a product with what is infinite', async () => {
      const model = await openModel(readDirectory(`${FOLDERS}${kind}`));
      const likeNew = (price: number | null) => model.similar({ name: 'one', price }, { k: 3 });
      expect(likeNew(12)).toHaveLength(3);
      expect(likeNew(null)).toHaveLength(3);
      expect(() => likeNew(1e300)).toThrow(/candidate tower have a number that is too large/);
    });
  },
);
