import { defineCommand, EXIT, printJson, runArgument } from '../command.js';
import { connect, connectionFlags, findRun } from '../connect.js';
import { refuseJsonOfWatch, watchOrLeave } from '../watch.js';

export const trainFull = defineCommand(
  {
    name: 'trainyard train-full',
    summary: 'Trains on everything what a quick test has trained on a sample.',
    positionals: { run: runArgument },
    flags: {
      watch: { short: 'w', description: 'draws the run until it is over' },
      json: { description: 'prints the new run as JSON' },
      ...connectionFlags,
    },
    examples: ['trainyard train-full shop#3', 'trainyard train-full shop#3 --watch'],
  },
  async (values, context) => {
    refuseJsonOfWatch(values);
    const client = await connect(values, context);
    const quick = await findRun(client, values.run);
    const run = await client.trainFull(quick.runId);
    if (values.json) return printJson(run, context);
    const settings = quick.quickTest?.cuts.map(({ setting }) => setting) ?? [];
    context.terminal.draw([
      `${run.name} (run ${run.runId}) trains on everything what ${quick.name} has tested`,
      ...(settings.length === 0 ? [] : [`as before the quick test again: ${settings.join(', ')}`]),
    ]);
    if (values.watch) return watchOrLeave(client, run, context);
    context.terminal.draw([`watch it: trainyard watch ${run.name}`]);
    return EXIT.ok;
  },
);
