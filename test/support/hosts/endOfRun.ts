/**
 * What a test run has started ends with it, however it ends: a run that is killed would otherwise leave trainers behind, which are
 * meant to outlive whoever started them.
 */
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import type { TestProject } from 'vitest/node';
import { endWith } from './endWith.js';

/** Makes the folder of temporary files of the run, for all its projects. */
export default async function setUp(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const folder = project.config.env['TMPDIR'];
  if (folder === undefined) throw new Error('the configuration of vitest names no TMPDIR');
  try {
    await mkdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    // Another project of the run was first.
    return undefined;
  }
  const watcher = endWith(folder);
  return async () => {
    const ended = once(watcher, 'exit');
    watcher.stdin?.end();
    await ended;
  };
}
