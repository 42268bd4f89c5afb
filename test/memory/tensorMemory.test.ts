import { beforeAll, describe, expect, it } from 'vitest';
import { useWasm } from '../support/training/backend.js';
import { MODEL_KINDS } from '../support/training/modelKinds.js';
import { tensorCounts } from '../support/training/tensorCounts.js';

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
