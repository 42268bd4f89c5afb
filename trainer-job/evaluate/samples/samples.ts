/** A few users whom one can look at: what the model would show each, beside what each took. */
import { cutText, seedOf } from '@trainyard/shared';
import type { EncodedDataset } from '../../data/encodedDataset.js';
import { itemsInWords, LONGEST } from '../lists/itemsInWords.js';
import { drawnUsers, shown } from '../lists/listsOfUsers.js';
import { topLists } from '../lists/topLists.js';
import type { Findings } from '../findings.js';
import type { Part } from '../part.js';
import type { EvaluationRows } from '../ranks/evaluationRows.js';
import { readableFeatures } from '../ratings/errors/rowValues.js';

type SampleList = Findings['samples'][number];

const USERS = 10;
const LISTED = 10;

/** Of models that find items, as long as the encodings tell the ids. */
export const samples: Part = async ({ model, data, spec, ranked, between }) => {
  if (!ranked || ranked.rows.queries.length === 0) return {};
  const { rows, itemVectors } = ranked;
  const users = await readableFeatures(data.query, () => true);
  const userId = users.find(({ isId }) => isId);
  const about = await itemsInWords(data);
  if (!userId || !about) return {};
  const places = drawnUsers(rows, USERS, seedOf(spec.training, 'evaluation'), 'samples');
  const asked = shown(rows, places);
  const lists = await topLists(model, itemVectors, asked, { size: LISTED, between });
  const seen = data.query.rows(asked.queries);
  return {
    samples: Array.from(places, (q, i): SampleList => {
      const taken = takenBy(rows.users[q]!, rows, data);
      const listed = lists.items.subarray(lists.start[i], lists.start[i + 1]);
      const scores = scoresOf(model.embed('query', asked.queries.subarray(i, i + 1)), itemVectors, listed);
      return {
        user: cutText(userId.valueAt(seen, i), LONGEST),
        features: Object.fromEntries(
          users
            .filter(({ isId }) => !isId)
            .map(({ name, valueAt }) => [name, cutText(valueAt(seen, i), LONGEST)]),
        ),
        recommended: about(listed).map((item, j) => ({
          ...item,
          score: scores[j]!,
          isHit: taken.includes(listed[j]!),
        })),
        taken: about(taken).map((item, j) => ({ ...item, score: null, isHit: listed.includes(taken[j]!) })),
      };
    }),
  };
};

/** The items that count as the user's answers, each once, in the order of the rows. */
function takenBy(
  user: number,
  { users, targetStart, items }: EvaluationRows,
  data: EncodedDataset,
): Int32Array {
  const answers = new Set<number>();
  users.forEach((one, q) => {
    if (one === user) for (let t = targetStart[q]!; t < targetStart[q + 1]!; t++) answers.add(items[t]!);
  });
  const { count, query, item, relevant } = data.splits.test;
  const taken = new Set<number>();
  for (let row = 0; row < count; row++) {
    const isOwn = data.query.ids[query[row]!] === user && relevant?.[row] !== 0;
    if (isOwn && answers.has(item[row]!)) taken.add(item[row]!);
  }
  return Int32Array.from(taken);
}

/** [items] as the model's retrieval scores them for a query [width]. */
function scoresOf(query: Float32Array, itemVectors: Float32Array, items: Int32Array): number[] {
  const width = query.length;
  return Array.from(items, (item) =>
    query.reduce((sum, value, c) => sum + value * itemVectors[(item - 1) * width + c]!, 0),
  );
}
