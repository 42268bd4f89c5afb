/** The TensorFlow Python wheel, downloaded: it holds the C library and headers that the node addon is built against. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '@trainyard/shared/makeFolder';
import { pythonInterpreter } from './config.js';
import { lastLines, type RunTool } from './runTool.js';
import { SetupError } from './setupError.js';

/** The version the build was verified with. */
const TENSORFLOW_VERSION = '2.21.0';

/**
 * The wheel's path in `folder`, downloaded there unless it is there already. Only the wheel itself: none of its Python
 * dependencies is needed.
 */
export async function fetchWheel(
  run: RunTool,
  folder: string,
  project: 'tensorflow' | 'tensorflow-cpu',
): Promise<{ wheel: string; downloaded: boolean }> {
  await makeFolder(folder);
  const present = await findWheel(folder, project);
  if (present) return { wheel: present, downloaded: false };
  const requirement = `${project}==${TENSORFLOW_VERSION}`;
  const { exitCode, output } = await run(
    [
      pythonInterpreter(),
      '-m',
      'pip',
      'download',
      '--no-deps',
      '--only-binary=:all:',
      '--dest',
      folder,
      requirement,
    ],
    { env: { PIP_RETRIES: '0' } },
  );
  const wheel = await findWheel(folder, project);
  if (exitCode === 0 && wheel) return { wheel, downloaded: true };
  throw new SetupError(
    `pip could not download ${requirement}:\n${lastLines(output)}`,
    `check that pip reaches its index and that ${requirement} has a wheel for this Python (name another with PYTHON=), or put the wheel into ${folder}`,
  );
}

async function findWheel(folder: string, project: string): Promise<string | undefined> {
  const prefix = `${project.replaceAll('-', '_')}-`;
  const names = await readdir(folder);
  const name = names.toSorted().findLast((file) => file.startsWith(prefix) && file.endsWith('.whl'));
  return name && join(folder, name);
}
