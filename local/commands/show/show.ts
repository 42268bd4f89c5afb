import { QUICK_TEST, type RunComparison, type RunView } from '@trainyard/shared';
import { UserError } from '@trainyard/shared/commandLine/userError';
import type { TrainyardClient } from '../../client/trainyardClient.js';
import { type CommandContext, defineCommand, EXIT, runArgument } from '../command.js';
import { connect, connectionFlags, findRun } from '../connect.js';
import { runLines } from './runLines.js';

export const show = defineCommand(
  {
    name: 'trainyard show',
    summary: 'Shows a run: who asked for it and what for, where it comes from, its result, its attachments.',
    positionals: { run: runArgument },
    flags: {
      json: { description: 'prints the run, its links, and the comparison with its quick test as JSON' },
      ...connectionFlags,
    },
    examples: ['trainyard show shop#3', 'trainyard show shop#3 --json'],
  },
  async (values, context) => {
    const client = await connect(values, context);
    const run = await findRun(client, values.run);
    const [quickTest, { page }] = await Promise.all([
      againstQuickTest(client, run, context),
      client.links(run.runId),
    ]);
    const links = { page, api: `${client.url}/api/training-runs/${run.runId}` };
    context.terminal.draw(
      values.json
        ? [JSON.stringify({ run, links, quickTest })]
        : runLines({ run, links, quickTest }, context.terminal.layout),
    );
    return EXIT.ok;
  },
);

/** Null where the run did not come from a quick test. */
async function againstQuickTest(
  client: TrainyardClient,
  run: RunView,
  { note }: Pick<CommandContext, 'note'>,
): Promise<RunComparison | null> {
  if (run.quickRunId === null) return null;
  try {
    return await client.compare([run.runId], { baseline: QUICK_TEST, include: ['splits'] });
  } catch (error) {
    // The run is whole without its quick test, which may be gone.
    if (!(error instanceof UserError)) throw error;
    note(`the run cannot be held against its quick test: ${error.message}`);
    return null;
  }
}
