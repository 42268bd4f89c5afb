/** A query of a user's id alone has the values of that user's newest training row. */
import { describe, expect, it } from 'vitest';
import {
  describedFolder,
  goldenFiles,
  jsonBytes,
  readerOf,
  withManifest,
} from '../../test/support/recommender/describedFolder.js';
import { open } from '../open.js';

async function filesOf(kind: string) {
  const files = goldenFiles(kind);
  const known = await open(readerOf(files));
  const cities = known.users.map((_, i) => (i % 3 === 2 ? null : `c${1 + (i % 3)}`));
  const city = { name: 'city', type: 'VARCHAR', values: cities };
  const flag = { name: 'flag', type: 'BOOLEAN', values: known.users.map((_, i) => String(i % 2 === 0)) };
  return { before: known, cities, files: describedFolder(files, known, {}, [], [city, flag]) };
}

describe.each(['retrieval', 'ranking', 'hybrid'])('a %s model whose folder says what users had', (kind) => {
  it('takes those values for a query of the id of a known user alone', async () => {
    const { before, cities, files } = await filesOf(kind);
    const model = await open(readerOf(files));
    for (const [i, user] of model.users.entries()) {
      const whole = { user, city: cities[i]!, flag: i % 2 === 0 };
      const expected = before.recommend(whole, { k: 100 });
      expect(model.recommend({ user }, { k: 100 })).toEqual(expected);
      expect(model.recommendMany([{ user: Number(user) }], { k: 100 })).toEqual([expected]);
      expect(model.score([{ query: { user }, item: model.items[0]! }])).toEqual(
        before.score([{ query: whole, item: model.items[0]! }]),
      );
    }
    expect(model.recommend({ user: '3' }, { k: 100 })).not.toEqual(
      before.recommend({ user: '3' }, { k: 100 }),
    );
  });

  it('takes what is given as it is, and unknown users too', async () => {
    const { before, files } = await filesOf(kind);
    const model = await open(readerOf(files));
    const queries = [
      { user: '3', city: 'c2' },
      { user: '3', city: null },
      { user: 'nobody' },
      { city: 'c1' },
      {},
    ];
    for (const query of queries) {
      expect(model.recommend(query, { k: 100 })).toEqual(before.recommend(query, { k: 100 }));
    }
  });
});

it('refuses values of another number of users than the model knows', async () => {
  const { files } = await filesOf('hybrid');
  const document = JSON.parse(new TextDecoder().decode(files.get('users.json'))) as { entities: number };
  document.entities -= 1;
  files.set('users.json', jsonBytes(document)).delete('manifest.json');
  await expect(open(readerOf(withManifest(files)))).rejects.toThrow(
    /users.json is of \d+ users, and the model/,
  );
});
