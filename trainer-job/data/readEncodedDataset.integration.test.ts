import { appendFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { prepared, userItemSpec, writeLines } from '../../test/support/data/prepared.js';
import { jsonLines } from '../../test/support/data/purchases.js';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { readEncodedDataset } from './readEncodedDataset.js';

describe('the encoded data', () => {
  it('say what the rows of an embedding stand for: the most frequent value first', async () => {
    const folder = await temporaryFolder();
    const rows = jsonLines();
    const { encodedFolder } = await prepared(
      folder,
      userItemSpec(await writeLines(folder, 'rows.jsonl', rows)),
    );
    const { candidate } = await readEncodedDataset(encodedFolder);
    const { fitted, vocabulary } = candidate.meanings![candidate.idFeature]!;
    expect(fitted).toEqual({ transform: 'lookup', oovBuckets: 1 });
    const items = await vocabulary();
    expect(items).toHaveLength(candidate.entities - 1);
    expect(new Set(items).size).toBe(items.length);
    expect(items.every((item) => rows.join(' ').includes(item))).toBe(true);
  });

  it('is refused when a file is longer or shorter than its manifest says, or the manifest is no manifest', async () => {
    const folder = await temporaryFolder();
    const { encodedFolder } = await prepared(
      folder,
      userItemSpec(await writeLines(folder, 'rows.jsonl', jsonLines())),
    );
    await appendFile(join(encodedFolder, 'train.item.i32'), 'more');
    await expect(readEncodedDataset(encodedFolder)).rejects.toThrow(
      /train.item.i32 has \d+ bytes instead of/,
    );
    await truncate(join(encodedFolder, 'train.item.i32'), 8);
    await expect(readEncodedDataset(encodedFolder)).rejects.toThrow(/train.item.i32 has 8 bytes instead of/);
    await writeFile(join(encodedFolder, 'transform.json'), '{"schemaVersion":1}');
    await expect(readEncodedDataset(encodedFolder)).rejects.toThrow(/schemaVersion/);
  });
});
