import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { formatCase } from '../../../../test/support/formats/formatCases.js';
import { useWasm } from '../../../../test/support/training/backend.js';

beforeAll(useWasm);

describe('the signatures of a SavedModel', () => {
  it('say what each input takes: columns, rows where values are hashed, and no two of one name', async () => {
    const { folder } = await formatCase('hybrid');
    const text = await readFile(join(folder, 'saved_model', 'assets.extra', 'signatures.json'), 'utf8');
    const { signatures } = JSON.parse(text);
    expect(Object.keys(signatures)).toEqual([
      'serving_default',
      'recommend_unseen',
      'query_embedding',
      'candidate_embedding',
      'score',
      'predict',
    ]);
    const { inputs } = signatures.recommend_unseen;
    expect(inputs).toMatchObject({
      user: { kind: 'column', column: 'user', missing: '\0' },
      k: { kind: 'column', column: 'k', missing: '' },
      city_rows: { kind: 'rows', tower: 'query', feature: 'city' },
      'user x city_rows': { kind: 'rows', feature: 'user x city' },
      k_: { kind: 'k' },
      seen: { kind: 'seen', missing: '\0' },
    });
    const { name_rows: words } = signatures.candidate_embedding.inputs;
    // Four words and three pairs of them.
    expect(words.to - words.from).toBe(7);
  });
});
