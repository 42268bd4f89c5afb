import { isTerminal } from '@trainyard/shared';
import { type Command, EXIT } from './command.js';
import { connect, connectionOptions, findRun } from './connect.js';

export const cancel: Command = {
  summary: 'Cancels a run: the trainer saves a checkpoint and stops.',
  usage: 'RUN',
  options: connectionOptions,
  examples: ['trainyard cancel shop#3'],
  positionals: { least: 1, most: 1 },
  async run({ values, positionals: [reference = ''] }, world) {
    const client = await connect(values, world);
    const before = await findRun(client, reference);
    if (isTerminal(before.status)) {
      world.terminal.draw([`${before.name} is ${before.status} already: nothing to cancel`]);
      return EXIT.ok;
    }
    const run = await client.cancel(before.runId);
    world.terminal.draw([
      run.status === 'cancelling'
        ? `${run.name} is being cancelled; see it end: trainyard watch ${run.name}`
        : `${run.name} is ${run.status}`,
    ]);
    return EXIT.ok;
  },
};
