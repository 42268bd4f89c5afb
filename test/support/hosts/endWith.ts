import { spawn, type ChildProcess } from 'node:child_process';

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

/** A process that waits for the end of its input, which comes with the end of this process at the latest, and then clears up. */
export function endWith(folder: string): ChildProcess {
  // In a group of its own, it does not see the Ctrl-C that ends the run.
  const watcher = spawn('sh', ['-c', END, 'endWith', folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.unref();
  return watcher;
}
