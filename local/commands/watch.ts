import type { RunView } from '@trainyard/shared';
import type { TrainyardClient } from '../client/trainyardClient.js';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { watchRun } from '../watch/watchRun.js';
import { type CommandContext, defineCommand, EXIT, runArgument } from './command.js';
import { connect, connectionFlags, findRun } from './connect.js';

export const watch = defineCommand(
  {
    name: 'trainyard watch',
    summary: 'Draws a run until it is over.',
    positionals: { run: runArgument },
    flags: connectionFlags,
    examples: ['trainyard watch shop#3', 'trainyard watch shop#3 --url https://trainyard.example'],
  },
  async (values, context) => {
    const client = await connect(values, context);
    return watchOrLeave(client, await findRun(client, values.run), context);
  },
);

/** JSON is for programs, and what is drawn for people. */
export function refuseJsonOfWatch({ json, watch: isWatched }: { json: boolean; watch: boolean }): void {
  if (json && isWatched)
    throw new UserError(
      'wrong-arguments',
      '--json prints the run, and --watch draws it: leave one of them out',
    );
}

/** Watches until the run is over, or until Ctrl-C: the run itself goes on then. */
export async function watchOrLeave(
  client: TrainyardClient,
  run: RunView,
  context: CommandContext,
): Promise<number> {
  try {
    const ended = await watchRun(client, run.runId, context.terminal, context.interrupted);
    return ended.status === 'completed' ? EXIT.ok : EXIT.failed;
  } catch (error) {
    if (!context.interrupted.aborted) throw error;
    context.note(
      `${run.name} goes on: trainyard watch ${run.name} looks again, trainyard cancel ${run.name} ends it`,
    );
    return EXIT.interrupted;
  }
}
