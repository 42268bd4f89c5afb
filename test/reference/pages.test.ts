import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pages } from '../../docs/generate/pages.js';
import { staleFiles, writeReference } from '../../docs/generate/reference.js';

describe('docs/reference', () => {
  it('is what `npm run docs` makes of the sources now', async () => {
    const folder = fileURLToPath(new URL('../../docs/reference', import.meta.url));
    expect(await staleFiles(folder, pages)).toEqual([]);
  });
});

describe('the writer of reference pages', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'reference-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('writes what is missing or stale, removes what nothing makes, and then has nothing to do', async () => {
    const some = { 'kept.md': () => '# Kept\n', 'stale.md': () => '# New\n' };
    await writeFile(join(folder, 'kept.md'), '# Kept\n');
    await writeFile(join(folder, 'stale.md'), '# Old\n');
    await writeFile(join(folder, 'orphan.md'), '# Nobody makes this\n');
    expect(await staleFiles(folder, some)).toEqual(['orphan.md', 'stale.md']);
    expect(await writeReference(folder, some)).toEqual(['orphan.md', 'stale.md']);
    expect(await readdir(folder)).toEqual(['kept.md', 'stale.md']);
    expect(await staleFiles(folder, some)).toEqual([]);
  });
});
