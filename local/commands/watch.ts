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
    flags: {
      json: {
        description:
          'prints JSON in place of a picture: a line for each change of the run, of an epoch and of a stage',
      },
      ...connectionFlags,
    },
    examples: [
      'trainyard watch shop#3',
      'trainyard watch shop#3 --json',
      'trainyard watch shop#3 --url https://trainyard.example',
    ],
  },
  async (values, context) => {
    const client = await connect(values, context);
    const run = await findRun(client, values.run);
    return watchOrLeave(client, run, context, values.json ? printEvents : undefined);
  },
);

/** As the stream of the API tells them. */
const printEvents: Watching = async (client, runId, terminal, signal) => {
  let run: RunView | undefined;
  for await (const event of client.follow(runId, signal ? { signal } : {})) {
    terminal.draw([JSON.stringify(event)]);
    if (event.event === 'run') run = event.data;
  }
  if (!run) throw new Error(`the stream of run ${runId} told nothing of the run`);
  return run;
};

/** JSON is for programs, and what is drawn for people. */
export function refuseJsonOfWatch({ json, watch: isWatched }: { json: boolean; watch: boolean }): void {
  if (json && isWatched)
    throw new UserError(
      'wrong-arguments',
      '--json prints the run, and --watch draws it: leave one of them out',
    );
}

type Watching = typeof watchRun;

/** Watches until the run is over, or until Ctrl-C: the run itself goes on then. */
export async function watchOrLeave(
  client: TrainyardClient,
  run: RunView,
  context: CommandContext,
  watching: Watching = watchRun,
): Promise<number> {
  try {
    const ended = await watching(client, run.runId, context.terminal, context.interrupted);
    return ended.status === 'completed' ? EXIT.ok : EXIT.failed;
  } catch (error) {
    if (!context.interrupted.aborted) throw error;
    context.note(
      `${run.name} goes on: trainyard watch ${run.name} looks again, trainyard cancel ${run.name} ends it`,
    );
    return EXIT.interrupted;
  }
}
