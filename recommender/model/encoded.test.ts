import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readDirectory } from '../node.js';
import { openModel } from './openModel.js';
import { openTransform } from './transform.js';

const FOLDERS = fileURLToPath(new URL('../golden/trainer-0.1.0-tower-2/', import.meta.url));

describe.each(['retrieval', 'ranking', 'hybrid'])('what a tower of a %s model takes of values', (kind) => {
  const read = readDirectory(`${FOLDERS}${kind}`);

  it('is what the transform makes of them, and the rows of each feature by its name', async () => {
    const [model, transform] = await Promise.all([openModel(read), openTransform(read, 'transform/')]);
    const query = { user: 3, city: 'c1', at: '2023-11-20T10:00:00Z', flag: true };
    const item = { item: model.items[4]!, name: 'one two' };
    for (const [tower, values, encoded] of [
      ['query', query, model.encodeQuery(query)],
      ['candidate', item, model.encodeCandidate(item)],
    ] as const) {
      const { indices, numbers } = transform.encoder(tower)(values);
      expect(encoded.indices).toEqual(indices);
      expect(encoded.numbers).toEqual(numbers);
      expect(Object.values(encoded.rows).flatMap((rows) => [...rows])).toEqual([...indices]);
      const embeddings = transform.document[tower].features.map((feature) => feature.encoded);
      expect(Object.keys(encoded.rows)).toEqual(
        embeddings.filter((feature) => feature.kind === 'embedding').map(({ name }) => name),
      );
    }
    expect([...model.encodeCandidate(item).rows['item']!]).toEqual([5]);
    expect([...model.encodeQuery({ user: 'nobody' }).rows['user']!]).toEqual([0]);
  });

  it('is refused of a key that is no column, as everywhere', async () => {
    const model = await openModel(read);
    expect(() => model.encodeQuery({ usr: 3 })).toThrow(/"usr" was given, and the query tower reads/);
    expect(() => model.encodeCandidate({ itm: 3 })).toThrow(/"itm" was given, and the candidate tower/);
  });
});
