import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { prepareSpec, type OuterSpec } from './specFile.js';

async function place(local = true) {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'specs'));
  for (const name of [
    'specs/rows.csv',
    'specs/products.csv',
    'specs/profile.json',
    'specs/vocabularies.json',
    'other.csv',
    'rows.parquet',
  ])
    await writeFile(join(folder, name), 'x');
  return { folder, where: { specFile: join(folder, 'specs', 'spec.yaml'), cwd: folder, local } };
}

const spec: OuterSpec = {
  dataset: {
    source: { uri: 'rows.csv', format: 'csv', csv: { delimiter: ';' } },
    tables: { products: { uri: 'products.csv' }, sold: { bigquery: { table: 'a.b.c' } } },
    reference: 'profile.json',
    vocabularies: 'vocabularies.json',
    joins: [],
  },
};

describe('a specification that is sent from its file', () => {
  it('has absolute paths where the data is on this machine: of the source, the tables, the reference and the vocabularies', async () => {
    const { folder, where } = await place();
    expect(prepareSpec(spec, {}, where)).toEqual({
      dataset: {
        source: { uri: join(folder, 'specs/rows.csv'), format: 'csv', csv: { delimiter: ';' } },
        tables: {
          products: { uri: join(folder, 'specs/products.csv') },
          sold: { bigquery: { table: 'a.b.c' } },
        },
        reference: join(folder, 'specs/profile.json'),
        vocabularies: join(folder, 'specs/vocabularies.json'),
        joins: [],
      },
    });
  });

  it('is as it is where the data is elsewhere', async () => {
    const { where } = await place(false);
    expect(prepareSpec(spec, {}, where)).toEqual(spec);
    expect(prepareSpec({ tags: {} }, {}, where)).toEqual({ tags: {} });
  });

  it.each<[string, OuterSpec, RegExp]>([
    [
      'table',
      { dataset: { tables: { products: { uri: 'no.csv' } } } },
      /no\.csv, which dataset\.tables\.products names/,
    ],
    ['reference', { dataset: { reference: 'no.json' } }, /no\.json, which dataset\.reference names/],
    ['vocabularies', { dataset: { vocabularies: 'no.json' } }, /no\.json, which dataset\.vocabularies names/],
    ['source', { dataset: { source: { uri: 'no.csv' } } }, /no\.csv: name one with --data/],
  ])('says which file is missing: %s', async (_what, bad, says) => {
    const { where } = await place();
    expect(() => prepareSpec(bad, {}, where)).toThrow(says);
  });
});

describe('--data', () => {
  it.each<[string, string, OuterSpec, object]>([
    ['keeps the dialect for another CSV', 'other.csv', spec, { format: 'csv', csv: { delimiter: ';' } }],
    ['drops format and dialect for a file of another kind', 'rows.parquet', spec, {}],
    ['takes the place of a table in BigQuery', 'other.csv', { dataset: { source: { bigquery: {} } } }, {}],
    ['names the source where the specification has none', 'other.csv', {}, {}],
  ])('%s', async (_what, data, given, expected) => {
    const { folder, where } = await place();
    const { dataset } = prepareSpec(given, { data }, where);
    expect(dataset?.source).toEqual({ uri: join(folder, data), ...expected });
  });
});
