import { defineCommand, EXIT, modelArgument } from '../command.js';
import { connect, connectionFlags } from '../connect.js';
import { movedLines } from './moved.js';

export const rollback = defineCommand(
  {
    name: 'trainyard rollback',
    summary: 'Puts the version of a model that served before into production again.',
    positionals: { model: { value: 'MODEL', description: 'the id of the model', schema: modelArgument } },
    flags: {
      json: { description: 'prints the version and where the model stands since, as JSON' },
      ...connectionFlags,
    },
    examples: ['trainyard rollback shop'],
  },
  async (values, context) => {
    const client = await connect(values, context);
    const moved = await client.rollback(values.model);
    context.terminal.draw(values.json ? [JSON.stringify(moved)] : movedLines(moved));
    return EXIT.ok;
  },
);
