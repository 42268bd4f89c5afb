/** The stack of one machine for the time of a command, with trainers as processes of it. */
import { resolve } from 'node:path';
import type { Host } from '../host/host.js';
import { trainerCommand } from '../host/trainerCommand.js';
import type { CommandContext } from './command.js';

/** What it prints goes to the terminal. It is loaded here, since no other command needs it. */
export async function withHost<T>(
  context: CommandContext,
  { directory, backend }: { directory: string; backend?: string | undefined },
  work: (host: Host) => Promise<T>,
): Promise<T> {
  const [{ startHost }, { openOneMachine }] = await Promise.all([
    import('../host/host.js'),
    import('../host/oneMachine.js'),
  ]);
  const host = await startHost({
    directory: resolve(context.cwd, directory),
    port: 0,
    openPorts: openOneMachine,
    trainerCommand: trainerCommand(),
    trainerEnvironment: {
      ...context.config.trainerEnvironment,
      TRAINYARD_DATA_BASE: context.cwd,
      ...(backend && { TRAINYARD_BACKEND: backend }),
    },
    print: (line) => context.terminal.draw([line]),
  });
  try {
    return await work(host);
  } finally {
    await host.stop();
  }
}
