import { promoteRequestSchema } from '@trainyard/shared';
import { wholeNumber } from '@trainyard/shared/commandLine/flags';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { z } from 'zod';
import { defineCommand, EXIT, modelArgument } from '../command.js';
import { connect, connectionFlags } from '../connect.js';
import { movedLines } from './moved.js';

const MOST_VERSIONS = 1_000_000;

export const promote = defineCommand(
  {
    name: 'trainyard promote',
    summary: 'Puts a version of a model into production, or into staging.',
    positionals: {
      model: { value: 'MODEL', description: 'the id of the model', schema: modelArgument },
      version: {
        value: 'VERSION',
        description: 'the number of the version, as `trainyard versions` lists it',
        schema: wholeNumber(1, MOST_VERSIONS),
      },
    },
    flags: {
      to: {
        value: 'STAGE',
        description: 'where it goes',
        schema: z.enum(promoteRequestSchema.shape.stage.options).default('production'),
      },
      force: {
        description: 'although a critical gate was missed: administrators only, and with --reason',
      },
      reason: {
        value: 'TEXT',
        description: 'why, for those who read the history of the model',
        schema: promoteRequestSchema.shape.reason,
      },
      json: { description: 'prints the version and where the model stands since, as JSON' },
      ...connectionFlags,
    },
    examples: [
      'trainyard promote shop 12',
      'trainyard promote shop 12 --to staging',
      "trainyard promote shop 12 --force --reason 'The gate counts a market that we left.'",
    ],
  },
  async (values, context) => {
    const { model, version, to: stage, force, reason } = values;
    if (force && reason === undefined)
      throw new UserError(
        'wrong-arguments',
        '--force needs --reason: the history of the model says why a missed gate did not count',
      );
    const client = await connect(values, context);
    const moved = await client.promote(model, version, { stage, force, reason });
    context.terminal.draw(values.json ? [JSON.stringify(moved)] : movedLines(moved));
    return EXIT.ok;
  },
);
