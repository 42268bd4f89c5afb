import { type Command, EXIT } from './command.js';
import { connect, connectionOptions, findRun } from './connect.js';

export const retry: Command = {
  summary: 'Starts a new run from the last checkpoint of one that failed or was cancelled.',
  usage: 'RUN',
  options: connectionOptions,
  examples: ['trainyard retry shop#3'],
  positionals: { least: 1, most: 1 },
  async run({ values, positionals: [reference = ''] }, world) {
    const client = await connect(values, world);
    const before = await findRun(client, reference);
    const run = await client.retry(before.runId);
    world.terminal.draw([
      `${run.name} goes on from ${before.name}${before.checkpoint ? `, after epoch ${before.checkpoint.epoch}` : ''}; ` +
        `see it: trainyard watch ${run.name}`,
    ]);
    return EXIT.ok;
  },
};
