import { MOST_COMPARED } from '@trainyard/shared';
import { commaSeparated } from '@trainyard/shared/commandLine/flags';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { z } from 'zod';
import { isRunReference } from '../../client/trainyardClient.js';
import { defineCommand, EXIT } from '../command.js';
import { connect, connectionFlags } from '../connect.js';
import { comparisonLines } from './comparisonLines.js';

/** Of more runs it is not told, unless asked, how many rows their splits have: each takes a read. */
const FEW = 10;

export const compare = defineCommand(
  {
    name: 'trainyard compare',
    summary: 'Puts runs beside each other: their metrics, and what differs between them.',
    positionals: {
      runs: {
        value: 'RUN',
        multiple: true,
        description: `the runs’ ids or names, such as \`shop#3 shop#4\`; at most ${MOST_COMPARED}`,
        schema: z.array(
          z
            .string()
            .refine(isRunReference, 'give the id of a run (20 letters and digits) or its name, MODEL#NUMBER'),
        ),
      },
    },
    flags: {
      baseline: { value: 'RUN', description: 'the run that deltas are to; the first one unless given' },
      metrics: {
        value: 'NAMES',
        description: 'the metrics to show, separated by commas',
        schema: commaSeparated.optional(),
      },
      all: { description: 'shows all metrics, and all that differs' },
      intervals: { description: 'shows how sure each value is, by the evaluations of the runs' },
      curves: { description: 'shows the metrics by epochs' },
      json: { description: 'prints the comparison as JSON' },
      ...connectionFlags,
    },
    examples: [
      'trainyard compare shop#3 shop#4',
      'trainyard compare shop#3 shop#4 shop#5 --baseline shop#4 --all',
      'trainyard compare shop#3 shop#4 --curves --intervals --json',
    ],
  },
  async (values, context) => {
    const { runs, baseline, metrics, all } = values;
    if (runs.length + (baseline === undefined ? 0 : 1) < 2)
      throw new UserError('wrong-arguments', 'a comparison takes two runs: trainyard compare shop#3 shop#4');
    const client = await connect(values, context);
    const include = [
      ...(values.intervals ? ['intervals'] : []),
      ...(values.curves ? ['curves'] : []),
      ...(all || runs.length <= FEW ? ['splits'] : []),
    ];
    const comparison = await client.compare(runs, { baseline, metrics, include });
    context.terminal.draw(
      values.json
        ? [JSON.stringify(comparison)]
        : comparisonLines(comparison, { all, areChosen: metrics !== undefined }, context.terminal.layout),
    );
    return EXIT.ok;
  },
);
