import type { FlagValues } from '@trainyard/shared/commandLine/flags';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { z } from 'zod';
import { type CommandContext, defineCommand, EXIT } from '../command.js';
import { connectionFlags } from '../connect.js';
import { runBatch } from './batch.js';
import { listFlags, trainerFlags } from './listFlags.js';
import { scoreText, tableLines } from './listTable.js';
import { findModel, modelPlaceArgument } from './modelPlace.js';
import { openPlace, orExplained } from './openPlace.js';

const K = 10;

export const recommend = defineCommand(
  {
    name: 'trainyard recommend',
    summary: 'Shows what a trained model recommends to a user, or writes that for all users into a file.',
    positionals: { model: modelPlaceArgument },
    flags: {
      user: { short: 'u', value: 'ID', description: 'the user, by the id that the data have' },
      ...listFlags,
      for: {
        value: 'FILE',
        description:
          'with --out: queries, one a row, by the columns that the query tower reads; all users that the model knows unless given',
      },
      exclude: {
        value: 'WHAT',
        description: 'what a list lacks: the items of the user’s training rows, or nothing',
        schema: z.enum(['seen', 'nothing']).default('seen'),
      },
      json: { description: 'prints the list as JSON' },
      ...connectionFlags,
    },
    examples: [
      'trainyard recommend shop --user c42',
      'trainyard recommend shop@12 --k 20 --out recs.parquet',
      'trainyard recommend ./model --for visitors.csv --where "price<20" --out recs.jsonl',
    ],
  },
  async (values, context) => {
    const { user, out } = values;
    if (user !== undefined && out === undefined) return showList(user, values, context);
    if (user !== undefined || out === undefined) {
      throw new UserError(
        'wrong-arguments',
        'give either --user ID, whose list is shown, or --out FILE, which gets the lists of many',
      );
    }
    const { folder } = await findModel(values.model, values, context);
    const queries = values.for === undefined ? [] : ['--for', values.for];
    const flags = [...trainerFlags({ ...values, out }), ...queries, '--exclude', values.exclude];
    return runBatch(['--recommend', folder, ...flags], context);
  },
);

interface Shown extends FlagValues<typeof connectionFlags> {
  model: string;
  k: number | undefined;
  json: boolean;
}

async function showList(user: string, values: Shown, context: CommandContext): Promise<number> {
  const model = await openPlace(await findModel(values.model, values, context));
  const { k = K, json } = values;
  const list = await orExplained(() => model.recommend({ [model.columns.query[0] ?? '']: user }, { k }));
  const rows = list.map(({ item, score }, i) => [String(i + 1), item, scoreText(score)]);
  const { terminal } = context;
  const table = tableLines([['#', 'item', 'score'], ...rows], new Set([0, 2]), terminal.layout.width);
  terminal.draw(json ? [JSON.stringify(list)] : table);
  return EXIT.ok;
}
