import { defineCommand, EXIT, printJson, runArgument } from './command.js';
import { connect, connectionFlags, findRun } from './connect.js';

export const retry = defineCommand(
  {
    name: 'trainyard retry',
    summary: 'Starts a new run from the last checkpoint of one that failed or was cancelled.',
    positionals: { run: runArgument },
    flags: { json: { description: 'prints the new run as JSON' }, ...connectionFlags },
    examples: ['trainyard retry shop#3'],
  },
  async (values, context) => {
    const client = await connect(values, context);
    const before = await findRun(client, values.run);
    const run = await client.retry(before.runId);
    if (values.json) return printJson(run, context);
    context.terminal.draw([
      `${run.name} goes on from ${before.name}${before.checkpoint ? `, after epoch ${before.checkpoint.epoch}` : ''}; ` +
        `see it: trainyard watch ${run.name}`,
    ]);
    return EXIT.ok;
  },
);
