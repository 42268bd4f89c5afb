import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { sampleOptionsSchema } from './options.js';
import { SAMPLE_COLUMNS, writeSample } from './writeSample.js';

describe('writeSample', () => {
  it('writes a header and a row per purchase', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'sample.csv');
    await writeSample(sampleOptionsSchema.parse({ rows: 5_000, customers: 300, seed: 7 }), file);
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    expect(lines[0]).toBe(SAMPLE_COLUMNS.join(','));
    expect(lines).toHaveLength(5_001);
    for (const line of lines.slice(1)) {
      expect(line).toMatch(/^C\d{6},\d{6},\d+\.\d\d,(Vienna|Berlin|Zurich),17[3-6]\d{7},[^,]+,[^,]+,[^,]+$/);
    }
    expect(await readdir(folder)).toEqual(['sample.csv']);
  });

  it('writes the same bytes for a seed for ever', async () => {
    const file = join(await temporaryFolder(), 'sample.csv');
    await writeSample(sampleOptionsSchema.parse({ rows: 1_000, customers: 50, seed: 1 }), file);
    const digest = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
    expect(digest).toBe('ed48367fe899d1f7ec90b4b68a486e68bcd017316f8087e2ae2cfbd17b8ae87c');
  });

  it('leaves nothing behind when it cannot write', async () => {
    const folder = await temporaryFolder();
    const missing = join(folder, 'missing', 'sample.csv');
    await expect(writeSample(sampleOptionsSchema.parse({ rows: 10 }), missing)).rejects.toThrow(/ENOENT/);
    expect(await readdir(folder)).toEqual([]);
  });
});
