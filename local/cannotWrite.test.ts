import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { expect, it, onTestFinished } from 'vitest';
import { cannotWrite, writeNamed } from './cannotWrite.js';

it('names the place, why nothing can be written there, and the flag that names another', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cannot-write-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'file');
  await writeFile(file, '');
  const places = [
    [join(file, 'below'), 'a folder above it is a file (ENOTDIR)'],
    [file, 'something else of the name is there (EEXIST)'],
    ...(existsSync('/proc/self')
      ? [['/proc/x/y', 'there is no such folder, and none was made (ENOENT)']]
      : []),
  ] as const;
  for (const [place, why] of places) {
    await expect(writeNamed({ 'a.json': '{}' }, place, '--out')).rejects.toThrow(
      new UserError(
        'cannot-write',
        `${place} cannot be written: ${why}. Not all of the files are there; name another place with --out`,
      ),
    );
  }
});

it('leaves other faults, and those that have been explained, as they are', () => {
  const [fault, explained] = [new TypeError('x is not a function'), new UserError('refused', 'no')];
  expect([fault, explained].map((error) => cannotWrite(error, '/a', '--out', 'Nothing'))).toEqual([
    fault,
    explained,
  ]);
});
