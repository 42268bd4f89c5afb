import { beforeAll, describe, expect, it } from 'vitest';
import { useWasm } from '../support/backend.js';
import { MODEL_KINDS } from '../support/modelKinds.js';
import { tensorCounts } from '../support/tensorCounts.js';

describe('a thousand steps on wasm', () => {
  beforeAll(useWasm);

  it.each(MODEL_KINDS)(
    'leave no tensor behind, of %s',
    async (...kind) => {
      expect(await tensorCounts(kind)).toHaveLength(1);
    },
    180_000,
  );
});
