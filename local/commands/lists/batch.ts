/** Lists for many: the trainer makes them, as a process of this machine. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { trainerCommand } from '../../host/trainerCommand.js';
import { type CommandContext, EXIT } from '../command.js';

/** How the trainer ends where it was asked to stop. */
const STOPPED = [130, 143];
const WRONG = 2;

/** Runs the trainer with these flags; what it prints is seen as it comes. Returns the exit code of the command. */
export async function runBatch(flags: readonly string[], context: CommandContext): Promise<number> {
  const [program = '', ...args] = trainerCommand();
  // Its input ends with this process, killed or not: nothing of ours goes on unseen.
  const child = spawn(program, [...args, ...flags, '--stop-with-input'], {
    cwd: context.cwd,
    env: context.config.trainerEnvironment,
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const stop = () => child.kill('SIGTERM');
  context.interrupted.addEventListener('abort', stop, { once: true });
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    if (code === 0) return EXIT.ok;
    if (code === null && !context.interrupted.aborted) {
      context.note(
        `the process that made the lists was ended by ${signal ?? 'the system'}, as happens where memory is short: the same command goes on from what is done`,
      );
      return EXIT.failed;
    }
    if (code === null || STOPPED.includes(code)) return EXIT.interrupted;
    return code === WRONG ? EXIT.usage : EXIT.failed;
  } finally {
    context.interrupted.removeEventListener('abort', stop);
  }
}
