import { isTerminal, type RunView } from '@trainyard/shared';
import { defineCommand, EXIT, runArgument } from './command.js';
import { connect, connectionFlags, findRun } from './connect.js';

export const cancel = defineCommand(
  {
    name: 'trainyard cancel',
    summary: 'Cancels a run: the trainer saves a checkpoint and stops.',
    positionals: { run: runArgument },
    flags: { json: { description: 'prints the run as it is then, as JSON' }, ...connectionFlags },
    examples: ['trainyard cancel shop#3'],
  },
  async (values, context) => {
    const client = await connect(values, context);
    const before = await findRun(client, values.run);
    const isOver = isTerminal(before.status) && !before.stopping;
    const run = isOver ? before : await client.cancel(before.runId);
    context.terminal.draw([values.json ? JSON.stringify(run) : whatHappened(before, run)]);
    return EXIT.ok;
  },
);

function whatHappened(before: RunView, run: RunView): string {
  if (isTerminal(before.status))
    return before.stopping
      ? `${before.name} is ${before.status} already, and its job has not ended yet: it was asked to once more, and is killed if it does not`
      : `${before.name} is ${before.status} already: nothing to cancel`;
  return run.status === 'cancelling'
    ? `${run.name} is being cancelled; see it end: trainyard watch ${run.name}`
    : `${run.name} is ${run.status}`;
}
