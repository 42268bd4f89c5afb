import type { FeatureValues, RecommenderModel } from '@trainyard/recommender';
import type { Condition } from '@trainyard/shared';
import type { FlagValues } from '@trainyard/shared/commandLine/flags';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { z } from 'zod';
import { type CommandContext, defineCommand, EXIT } from '../command.js';
import { connectionFlags } from '../connect.js';
import { runBatch } from './batch.js';
import { K, listFlags, trainerFlags } from './listFlags.js';
import { listJson } from './listJson.js';
import { listLines } from './listTable.js';
import { findModel, modelPlaceArgument } from './modelPlace.js';
import { openPlace, orExplained, type OpenedPlace } from './openPlace.js';
import { queryText } from './queryText.js';
import { wantedItems } from './wantedItems.js';

export const recommend = defineCommand(
  {
    name: 'trainyard recommend',
    summary:
      'Shows what a trained model recommends to a user, or writes that for all users into a file or table.',
    positionals: { model: modelPlaceArgument },
    flags: {
      user: { short: 'u', value: 'ID', description: 'the user, by the id that the data have' },
      query: {
        value: 'VALUES',
        multiple: true,
        description:
          'values that the query tower reads, of somebody new or, beside --user, in place of what the user has: --query country=AT, or a JSON object; may be given several times',
        schema: queryText,
      },
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
      'trainyard recommend shop --query country=AT --query age=30 --where "price<20"',
      'trainyard recommend shop@12 --k 20 --out recs.parquet',
      'trainyard recommend ./model --for visitors.csv --out bq://my-project.shop.recommendations',
    ],
  },
  async (values, context) => {
    const { user, query, out } = values;
    const isOne = user !== undefined || query !== undefined;
    if (isOne === (out !== undefined)) {
      throw new UserError(
        'wrong-arguments',
        'give either --user ID or --query VALUES, whose list is shown, or --out FILE, which gets the lists of many',
      );
    }
    if (out === undefined) return showList(values, context);
    if (values.json)
      throw new UserError('wrong-arguments', '--json goes with one list: end --out FILE in .jsonl instead');
    const { folder } = await findModel(values.model, values, context);
    const queries = values.for === undefined ? [] : ['--for', values.for];
    const flags = [...trainerFlags({ ...values, out }), ...queries, '--exclude', values.exclude];
    return runBatch(['--recommend', folder, ...flags], context);
  },
);

interface Asked extends FlagValues<typeof connectionFlags> {
  model: string;
  user: string | undefined;
  query: FeatureValues | undefined;
  k: number | undefined;
  where: readonly Condition[];
  for: string | undefined;
  exclude: 'seen' | 'nothing';
  json: boolean;
}

async function showList(asked: Asked, context: CommandContext): Promise<number> {
  const { k = K, json, exclude, where } = asked;
  if (asked.for !== undefined) throw new UserError('wrong-arguments', '--for goes with --out FILE');
  const place = await openPlace(await findModel(asked.model, asked, context), context);
  const { model, seenOrder } = place;
  const knowsSeen = seenOrder !== null;
  const query = await queryOf(asked, place, context);
  const wanted = await wantedItems(place, where);
  const excludesSeen = knowsSeen && exclude === 'seen';
  const list = await orExplained(() =>
    model.recommend(query, {
      k,
      ...(excludesSeen && { exclude: 'seen' as const }),
      ...(wanted && { where: wanted }),
    }),
  );
  const seen = knowsSeen ? await orExplained(() => model.seenBy(query)) : null;
  const { terminal } = context;
  if (json) {
    const known = list.map(({ item, score }) => ({ item, score, attributes: model.attributesOf(item) }));
    const user = query[model.userColumn] ?? null;
    terminal.draw([listJson({ user, query, recommendations: known, seen, seenOrder })]);
    return EXIT.ok;
  }
  const beside =
    seen && seen.length > 0 ? { title: seenTitle(seen.length, seenOrder), items: seen.slice(0, k) } : null;
  terminal.draw(listLines(model, list, beside, terminal.layout.width));
  if (list.length === 0) {
    context.note(
      `nothing is left to recommend: the user has ${where.length === 0 ? `all ${model.items.length} items` : 'all items that meet --where'}; --exclude nothing recommends them again`,
    );
  }
  if (!knowsSeen)
    context.note(
      'the folder of the model does not say what users have had: the list may have it, and models that are trained now say it',
    );
  return EXIT.ok;
}

/** Without times, nobody knows what the user had last. */
function seenTitle(count: number, order: OpenedPlace['seenOrder']): string {
  return order === 'time' ? `had last, of ${count}` : `had, of ${count}, not by time`;
}

/** A known user with the values of the newest training row, as the lists for all users have them, and with those that are given in their place. */
async function queryOf(
  { user, query: given = {} }: Pick<Asked, 'user' | 'query'>,
  { model, userAt, isUnread, values }: OpenedPlace,
  context: CommandContext,
): Promise<FeatureValues> {
  const { users, userColumn, columns } = model;
  if (user !== undefined && Object.hasOwn(given, userColumn)) {
    throw new UserError(
      'wrong-arguments',
      `--user and --query both say the ${userColumn}: leave one of them out`,
    );
  }
  const asked: FeatureValues = user === undefined ? given : { ...given, [userColumn]: user };
  // What is refused is refused before anything is noted of the rest.
  await orExplained(() => model.encodeQuery(asked));
  const id = Object.hasOwn(asked, userColumn) ? asked[userColumn] : null;
  const at = await orExplained(() => userAt(id));
  const named = id !== null && id !== undefined;
  if (named && at === undefined) {
    const example = users[0] === undefined ? '' : ` (users are known by ${userColumn}, such as ${users[0]})`;
    context.note(
      `the model does not know the user "${String(id)}": this is the list of somebody who is new${example}`,
    );
  }
  const known = at === undefined ? undefined : await values('users');
  const query: FeatureValues = { ...(at !== undefined && known?.of(at)), ...asked };
  const missing = columns.query.filter((column) => !Object.hasOwn(query, column));
  if (missing.length > 0) {
    const why = at !== undefined && !known ? ': the folder does not say them' : '';
    context.note(`${missing.join(', ')} count${missing.length === 1 ? 's' : ''} as missing${why}`);
  }
  for (const [column, value] of Object.entries(given)) {
    if (column === userColumn) continue;
    const why = isUnread(column, value)
      ? 'it cannot be read as what the column has'
      : (await orExplained(() => saysNothing(model, query, column))) &&
        'training has not seen it, or the model does not tell the two apart';
    if (why !== false)
      context.note(`the value ${JSON.stringify(value)} of ${column} counts as a missing one does: ${why}`);
  }
  return query;
}

/** Whether a value that was given makes the same query as none: it would be left aside without a word. */
function saysNothing({ encodeQuery }: RecommenderModel, query: FeatureValues, column: string): boolean {
  if (query[column] === null || query[column] === '') return false;
  const [given, missing] = [query, { ...query, [column]: null }].map((values) => {
    const { indices, numbers } = encodeQuery(values);
    return [...indices, ...numbers].join();
  });
  return given === missing;
}
