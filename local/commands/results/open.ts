import { openAddress } from '../../openAddress.js';
import { defineCommand, EXIT, printJson } from '../command.js';
import { connect, connectionFlags, findRun, isThisMachine } from '../connect.js';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { z } from 'zod';

export const open = defineCommand(
  {
    name: 'trainyard open',
    summary: 'Opens the page of a run, or of all runs, in your browser.',
    positionals: {
      run: {
        value: 'RUN',
        description: 'the run’s id, or its name, such as `shop#3`; the page that has all unless given',
        schema: z.string().optional(),
      },
    },
    flags: {
      print: { description: 'prints the address and opens nothing' },
      json: { description: 'prints the address as JSON' },
      ...connectionFlags,
    },
    examples: ['trainyard open', 'trainyard open shop#3', 'trainyard open shop#3 --print'],
  },
  async (values, context) => {
    const client = await connect(values, context);
    const address = values.run === undefined ? client.url : await pageOfRun(client, values.run);
    if (values.json) printJson({ url: address }, context);
    else context.terminal.draw([address]);
    if (!values.print) await openAddress(address);
    return EXIT.ok;
  },
);

/** Where the deployment says that people look at the run; a host of this machine serves its page itself. */
async function pageOfRun(client: Awaited<ReturnType<typeof connect>>, reference: string): Promise<string> {
  const run = await findRun(client, reference);
  const { page } = await client.links(run.runId);
  if (page !== null) return page;
  if (isThisMachine(client.url)) return `${client.url}/runs/${run.runId}`;
  throw new UserError(
    'refused',
    `${client.url} names no page of a run: its operator sets TRAINYARD_RUN_URL; trainyard show ${run.name} shows the run here`,
  );
}
