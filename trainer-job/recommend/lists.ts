/** The lists themselves: a model that is opened as anybody would who serves it, and asked for many at once. */
import type { Recommendation } from '@trainyard/recommender';
import { openModelDirectory } from '@trainyard/recommender/node';
import { TrainerError } from '../errors/trainerError.js';
import type { BlockLine, Task, WorkerData } from './messages.js';
import { openSimilar } from './similar.js';

/** Makes the lists of a task: JSON lines, a `BlockLine` each. */
export async function openLists({
  folder,
  k,
  excludesSeen,
  allowed,
}: WorkerData): Promise<(task: Task) => string> {
  const model = await openModelDirectory(folder);
  if (excludesSeen) {
    throw new TrainerError(
      'invalid-settings',
      `the folder ${folder} does not say what users have had, so that it cannot be left out`,
      'train the model again, or let lists have what users have had already (exclude: nothing)',
    );
  }
  const places = new Map(model.items.map((id, i) => [id, i]));
  const where = allowed ? (item: string) => allowed[places.get(item) ?? -1] === 1 : undefined;
  const similar = model.type === 'ranking' ? undefined : await openSimilar(folder, model, allowed);
  const linesOf = (task: Task): BlockLine[] => {
    if (task.type === 'similar') {
      if (!similar) throw new Error('a ranking model has no vectors that items could be near each other by');
      return Array.from({ length: task.count }, (_, i) =>
        line(task.first + i, model.items[task.first + i] ?? null, similar(task.first + i, k)),
      );
    }
    return task.queries.map((query, i) =>
      line(task.first + i, task.users[i] ?? null, model.recommend(query, { k, ...(where && { where }) })),
    );
  };
  return (task) =>
    linesOf(task)
      .map((one) => `${JSON.stringify(one)}\n`)
      .join('');
}

function line(n: number, of: string | null, list: readonly Recommendation[]): BlockLine {
  return { n, of, items: list.map(({ item }) => item), scores: list.map(({ score }) => score) };
}
