/** Features of one tower that tell it the id of the other, as far as the specification alone shows. */
import type { Dataset } from '../dataset.js';
import { featureColumns, type Feature, type Features } from '../features.js';
import type { RuleBroken } from '../modelRules.js';
import { operandsOf } from './operands.js';

type Shaping = Pick<Dataset, 'joins' | 'derive'>;
type Path = RuleBroken['path'];

/** Who asks for items does not have the answer, and an item is the same for all users; nor is a user an item. */
export function brokenAnswerRules(
  dataset: Shaping,
  { query, candidate }: Features,
  findsItems: boolean,
): RuleBroken[] {
  const user = idColumn(query);
  const item = idColumn(candidate);
  const isOneColumn = user !== undefined && user === item;
  if (isOneColumn)
    return [
      {
        path: ['features', 'query', query.findIndex(({ id }) => id)],
        message: `"${item}" identifies the item too: name the column of the user, or that of the item`,
      },
    ];
  if (!findsItems) return [];
  return [
    ...toldOf(dataset, query, ['features', 'query'], item, {
      who: 'the item',
      why: 'the model would be told what it is to find',
    }),
    ...toldOf(dataset, candidate, ['features', 'candidate'], user, {
      who: 'the user',
      why: 'an item is the same whoever asks, and the model would be told for whom it is to be found',
    }),
  ];
}

function idColumn(features: readonly Feature[]): string | undefined {
  const id = features.find((feature) => feature.id);
  return id && 'column' in id ? id.column : undefined;
}

/** The features but the id that are made of `answer`, by whatever ways. */
function toldOf(
  dataset: Shaping,
  features: readonly Feature[],
  path: Path,
  answer: string | undefined,
  { who, why }: { who: string; why: string },
): RuleBroken[] {
  if (answer === undefined) return [];
  return features.flatMap((feature, i) => {
    if (feature.id) return [];
    const told = featureColumns(feature).find((column) => sourcesOf(dataset, column).has(answer));
    if (told === undefined) return [];
    const made = told === answer ? `"${answer}"` : `"${told}", ${wayOf(dataset, told, answer)} "${answer}"`;
    return [{ path: [...path, i], message: `is made of ${made}, which identifies ${who}: ${why}` }];
  });
}

/** How the column comes of the answer. */
function wayOf(dataset: Shaping, column: string, answer: string): string {
  const join = dataset.joins.find(
    (one) => column in one.columns && Object.keys(one.on).some((key) => sourcesOf(dataset, key).has(answer)),
  );
  if (!join) return 'and that of';
  return answer in join.on ? `which "${join.table}" brings by` : `which "${join.table}" brings by way of`;
}

/** The column, those that it is derived from, and those that the table which brings it is joined on. */
function sourcesOf({ joins, derive }: Shaping, column: string): Set<string> {
  const found = new Set([column]);
  for (const derived of derive.toReversed())
    if (found.has(derived.name)) for (const operand of operandsOf(derived)) found.add(operand);
  for (const { on, columns } of joins.toReversed())
    if (Object.keys(columns).some((name) => found.has(name)))
      for (const key of Object.keys(on)) found.add(key);
  return found;
}
