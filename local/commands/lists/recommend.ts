import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { FeatureValues, RecommenderModel } from '@trainyard/recommender';
import { SEEN_FILES, VALUES_FILES } from '@trainyard/recommender/format/files';
import type { FlagValues } from '@trainyard/shared/commandLine/flags';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { z } from 'zod';
import { type CommandContext, defineCommand, EXIT } from '../command.js';
import { connectionFlags } from '../connect.js';
import { runBatch } from './batch.js';
import { K, listFlags, trainerFlags } from './listFlags.js';
import { listLines } from './listTable.js';
import { findModel, modelPlaceArgument } from './modelPlace.js';
import { openPlace, orExplained } from './openPlace.js';

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
        description: 'what a list lacks: the items that the user has in the data, or nothing',
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
  where: readonly string[];
  for: string | undefined;
  exclude: 'seen' | 'nothing';
  json: boolean;
}

async function showList(user: string, values: Shown, context: CommandContext): Promise<number> {
  const { k = K, json, exclude } = values;
  if (values.where.length > 0 || values.for !== undefined)
    throw new UserError('wrong-arguments', '--where and --for go with --out FILE');
  const place = await findModel(values.model, values, context);
  const model = await openPlace(place);
  const knowsSeen = await has(place.folder, SEEN_FILES.document);
  const query = await queryOf(user, model, place.folder, context);
  const excludesSeen = knowsSeen && exclude === 'seen';
  const list = await orExplained(() =>
    model.recommend(query, { k, ...(excludesSeen && { exclude: 'seen' as const }) }),
  );
  const seen = knowsSeen ? await orExplained(() => model.seenBy(query)) : null;
  const { terminal } = context;
  if (json) {
    const known = list.map(({ item, score }) => ({ item, score, attributes: model.attributesOf(item) }));
    terminal.draw([JSON.stringify({ user, recommendations: known, seen })]);
    return EXIT.ok;
  }
  const beside = seen && { title: `had last, of ${seen.length}`, items: seen.slice(0, k) };
  terminal.draw(listLines(model, list, beside, terminal.layout.width));
  if (!knowsSeen)
    context.note(
      'the folder of the model does not say what users have had: the list may have it, and models that are trained now say it',
    );
  return EXIT.ok;
}

/** The user's id, of which the model makes what the lists for all users have: the values of the newest training row. */
async function queryOf(
  user: string,
  { users, userColumn, columns }: RecommenderModel,
  folder: string,
  context: CommandContext,
): Promise<FeatureValues> {
  const place = users.indexOf(user);
  if (place < 0) {
    context.note(
      `the model does not know the user "${user}": this is the list of everybody who is new${users[0] === undefined ? '' : ` (users are known by ${userColumn}, such as ${users[0]})`}`,
    );
    return { [userColumn]: user };
  }
  const others = columns.query.filter((column) => column !== userColumn);
  if (others.length === 0) return { [userColumn]: user };
  if (!(await has(folder, VALUES_FILES.users.document))) {
    context.note(`${others.join(', ')} of the user count as missing: the folder does not say them`);
    return { [userColumn]: user };
  }
  return { [userColumn]: user };
}

async function has(folder: string, file: string): Promise<boolean> {
  return stat(join(folder, file)).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
      throw error;
    },
  );
}
