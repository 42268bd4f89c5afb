/**
 * What a test run has started ends with it, however it ends: a run that is killed would otherwise leave trainers behind, which are
 * meant to outlive whoever started them.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import type { TestProject } from 'vitest/node';

/** Kills every process that names the folder in its environment or its arguments, until there is none, and removes the folder. */
const END = `
cat > /dev/null
while
  found=
  for process in /proc/[0-9]*; do
    number=\${process#/proc/}
    if [ "$number" != $$ ] && grep -qsaF "$1" "$process/environ" "$process/cmdline"; then
      kill -9 "$number" 2> /dev/null && found=yes
    fi
  done
  [ -n "$found" ]
do sleep 0.1; done
rm -rf "$1"`;

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

/** A process that waits for the end of its input, which comes with the end of this process at the latest, and then clears up. */
export function endWith(folder: string): ChildProcess {
  // In a group of its own, it does not see the Ctrl-C that ends the run.
  const watcher = spawn('sh', ['-c', END, 'endOfRun', folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.unref();
  return watcher;
}
