import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { gitCommit } from './gitCommit.js';

const git = (folder: string, ...args: string[]) =>
  execFileSync('git', ['-C', folder, '-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
    encoding: 'utf8',
  }).trim();

describe('gitCommit', () => {
  it('is the commit of the repository that the folder is in', async () => {
    const folder = await temporaryFolder();
    git(folder, 'init', '-q');
    await mkdir(join(folder, 'specs'));
    expect(await gitCommit(join(folder, 'specs'))).toBeUndefined();
    git(folder, 'commit', '-q', '--allow-empty', '-m', 'first');
    expect(await gitCommit(join(folder, 'specs'))).toBe(git(folder, 'rev-parse', 'HEAD'));
  });

  it('is undefined where there is no repository, and where there is no folder', async () => {
    const folder = await temporaryFolder();
    expect(await gitCommit(folder)).toBeUndefined();
    expect(await gitCommit(join(folder, 'none'))).toBeUndefined();
  });
});
