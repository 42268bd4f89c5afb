import type { RunView } from '@trainyard/shared';
import type { TrainyardClient } from '../client/trainyardClient.js';
import { watchRun } from '../watch/watchRun.js';
import { type Command, EXIT, type World } from './command.js';
import { connect, connectionOptions, findRun } from './connect.js';

export const watch: Command = {
  summary: 'Draws a run until it is over.',
  usage: 'RUN',
  options: connectionOptions,
  examples: ['trainyard watch shop#3', 'trainyard watch shop#3 --url https://trainyard.example'],
  positionals: { least: 1, most: 1 },
  async run({ values, positionals: [reference = ''] }, world) {
    const client = await connect(values, world);
    return watchOrLeave(client, await findRun(client, reference), world);
  },
};

/** Watches until the run is over, or until Ctrl-C: the run itself goes on then. */
export async function watchOrLeave(client: TrainyardClient, run: RunView, world: World): Promise<number> {
  try {
    const ended = await watchRun(client, run.runId, world.terminal, world.interrupted);
    return ended.status === 'completed' ? EXIT.ok : EXIT.failed;
  } catch (error) {
    if (!world.interrupted.aborted) throw error;
    world.note(
      `${run.name} goes on: trainyard watch ${run.name} looks again, trainyard cancel ${run.name} ends it`,
    );
    return EXIT.interrupted;
  }
}
