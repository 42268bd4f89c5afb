import { isTerminal } from '@trainyard/shared';
import { defineCommand, EXIT, runArgument } from './command.js';
import { connect, connectionFlags, findRun } from './connect.js';

export const cancel = defineCommand(
  {
    name: 'trainyard cancel',
    summary: 'Cancels a run: the trainer saves a checkpoint and stops.',
    positionals: { run: runArgument },
    flags: connectionFlags,
    examples: ['trainyard cancel shop#3'],
  },
  async (values, context) => {
    const client = await connect(values, context);
    const before = await findRun(client, values.run);
    if (isTerminal(before.status) && !before.stopping) {
      context.terminal.draw([`${before.name} is ${before.status} already: nothing to cancel`]);
      return EXIT.ok;
    }
    const run = await client.cancel(before.runId);
    if (isTerminal(before.status)) {
      context.terminal.draw([
        `${before.name} is ${before.status} already, and its job has not ended yet: it was asked to once more, and is killed if it does not`,
      ]);
      return EXIT.ok;
    }
    context.terminal.draw([
      run.status === 'cancelling'
        ? `${run.name} is being cancelled; see it end: trainyard watch ${run.name}`
        : `${run.name} is ${run.status}`,
    ]);
    return EXIT.ok;
  },
);
