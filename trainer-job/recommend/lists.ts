/** The lists themselves: a model that is opened as anybody would who serves it, and asked for many at once. */
import {
  RecommenderError,
  type FeatureValues,
  type Recommendation,
  type RecommenderModel,
  type RecommendOptions,
} from '@trainyard/recommender';
import { openModelDirectory } from '@trainyard/recommender/node';
import type { BlockLine, Task, WorkerData } from './messages.js';

/** So many queries are answered together: memory does not follow the size of a block. */
const TOGETHER = 64;

/** Makes the lists of a task: JSON lines, a `BlockLine` each. */
export async function openLists(data: WorkerData): Promise<(task: Task) => string> {
  const model = await openModelDirectory(data.folder);
  return (task) =>
    linesOf(model, data, task)
      .map((one) => `${JSON.stringify(one)}\n`)
      .join('');
}

function linesOf(model: RecommenderModel, data: WorkerData, task: Task): BlockLine[] {
  const { k, excludesSeen, allowed } = data;
  const places = allowed && new Map(model.items.map((id, i) => [id, i]));
  const where = places ? (item: string) => allowed?.[places.get(item) ?? -1] === 1 : undefined;
  if (task.type === 'similar') {
    return model.items
      .slice(task.first, task.first + task.count)
      .map((item, i) => line(task.first + i, item, model.similar(item, { k, ...(where && { where }) })));
  }
  const options: RecommendOptions = {
    k,
    ...(excludesSeen && { exclude: 'seen' }),
    ...(where && { where }),
  };
  const lines: BlockLine[] = [];
  for (let from = 0; from < task.queries.length; from += TOGETHER) {
    const lists = listsOf(model, task.queries.slice(from, from + TOGETHER), options);
    lists.forEach((list, i) => {
      const [n, user] = [task.first + from + i, task.users[from + i] ?? null];
      lines.push(
        list instanceof RecommenderError
          ? { ...line(n, user, []), refused: list.message }
          : line(n, user, list),
      );
    });
  }
  return lines;
}

/** The list of each query, or why the recommender refuses its values, which does not cost the others their lists. */
function listsOf(
  model: RecommenderModel,
  queries: readonly FeatureValues[],
  options: RecommendOptions,
): (Recommendation[] | RecommenderError)[] {
  const orWhy = <T>(make: () => T): T | RecommenderError => {
    try {
      return make();
    } catch (error) {
      if (error instanceof RecommenderError && error.code === 'bad-value') return error;
      throw error;
    }
  };
  const lists = orWhy(() => model.recommendMany(queries, options));
  if (!(lists instanceof RecommenderError)) return lists;
  return queries.map((query) => orWhy(() => model.recommend(query, options)));
}

function line(
  n: number,
  of: string | null,
  list: readonly Pick<Recommendation, 'item' | 'score'>[],
): BlockLine {
  return { n, of, items: list.map(({ item }) => item), scores: list.map(({ score }) => score) };
}
