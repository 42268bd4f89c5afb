import { existsSync } from 'node:fs';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { trainingSpecSchema } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runCommandLine } from '../../../test/support/runCommandLine.js';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';

async function shop() {
  const folder = await temporaryFolder();
  const rows = Array.from({ length: 300 }, (_, i) => `u${i % 30},p${i % 17},2026-0${1 + (i % 9)}-11`);
  await writeFile(join(folder, 'shop.csv'), ['customer,product,bought_at', ...rows].join('\n'));
  return folder;
}

describe('trainyard init', () => {
  it('writes a specification that the server takes, shows the columns, and says how to train', async () => {
    const folder = await shop();
    const { code, out } = await runCommandLine(['init', 'shop.csv'], folder);
    expect(code).toBe(0);
    expect(out).toMatch(/customer +id|customer +category/);
    expect(out).toContain('trainyard start --model shop --spec shop.yaml --watch');
    const spec = trainingSpecSchema.parse(parse(await readFile(join(folder, 'shop.yaml'), 'utf8')));
    expect(spec.dataset.source.uri).toBe('shop.csv');
    expect(spec.dataset.split).toMatchObject({ strategy: 'time', column: 'bought_at' });
    const again = await runCommandLine(['init', 'shop.csv'], folder);
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('--force')]);
    // What the look at the start does not see is not written over at the end either.
    await symlink('nowhere', join(folder, 'link.yaml'));
    const late = await runCommandLine(['init', 'shop.csv', '--out', 'link.yaml'], folder);
    expect([late.code, late.err]).toEqual([2, expect.stringMatching(/link\.yaml is there already/)]);
  });

  it('prints what it found as JSON, and writes nothing', async () => {
    const folder = await shop();
    const { code, out } = await runCommandLine(['init', 'shop.csv', '--json', '--time', 'none'], folder);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      proposal: { roles: { user: 'customer', item: 'product', time: null } },
      inspection: { profile: { rows: 300 } },
    });
    expect(existsSync(join(folder, 'shop.yaml'))).toBe(false);
  });

  it('refuses what is no column, and names those that there are', async () => {
    const folder = await shop();
    const { code, err } = await runCommandLine(['init', 'shop.csv', '--user', 'costumer'], folder);
    expect(code).toBe(2);
    expect(err).toContain(
      '--user is "costumer", and there is no such column: there are customer, product, bought_at',
    );
    expect(err).toContain('did you mean customer?');
  });

  it('says in the words of the trainer why a file cannot be read', async () => {
    const folder = await shop();
    await writeFile(join(folder, 'rows.parquet'), 'no Parquet at all');
    const { code, err } = await runCommandLine(['init', 'rows.parquet'], folder);
    expect(code).toBe(2);
    expect(err).toContain('is not a whole Parquet file');
  });
});
