/** Folders that older trainers wrote: see golden/README.md. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openModelDirectory } from './node.js';

const valuesSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));
const answersSchema = z.array(
  z.strictObject({
    query: valuesSchema,
    recommended: z.array(z.strictObject({ item: z.string(), score: z.number() })),
    rated: z.array(z.number()).optional(),
  }),
);
const RATED = ['i3', 'i12', 'nothing known'];

describe.each(['retrieval', 'ranking', 'hybrid'])('a %s model of trainer 0.1.0', (kind) => {
  const folder = fileURLToPath(new URL(`golden/trainer-0.1.0-tower-2/${kind}/`, import.meta.url));

  it('opens and answers as it did', async () => {
    const model = await openModelDirectory(folder);
    const answers = answersSchema.parse(JSON.parse(await readFile(`${folder}answers.json`, 'utf8')));
    expect(model.type).toBe(kind);
    for (const { query, recommended, rated } of answers) {
      const close = recommended.map(({ item, score }) => ({
        item,
        score: expect.closeTo(score, 5) as number,
      }));
      expect(model.recommend(query, { k: 5 })).toEqual(close);
      const pairs = RATED.map((item) => ({ query, item }));
      if (!rated) continue;
      expect(model.predict(pairs)).toEqual(rated.map((rating) => expect.closeTo(rating, 5) as number));
    }
  });
});
