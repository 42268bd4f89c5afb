import { featureColumns, type Features } from '../features.js';
import type { RuleBroken } from '../modelRules.js';
import type { OutputsSpec } from '../outputs/outputs.js';

/** What each item has, besides what the candidate tower reads of it. */
const OF_ITEMS: readonly string[] = ['id', 'index', 'train_count'];

/** Conditions on items are of what the model's folder will say of them. */
export function brokenListRules(outputs: OutputsSpec, { candidate }: Features): RuleBroken[] {
  // A tower without an id is refused by a rule of its own.
  const [id = ''] = candidate.filter((feature) => feature.id).flatMap(featureColumns);
  const read = new Set(candidate.flatMap(featureColumns));
  read.delete(id);
  const known = [...OF_ITEMS, ...[...read].filter((column) => !OF_ITEMS.includes(column))];
  return (['recommendations', 'similarItems'] as const).flatMap((lists) =>
    (outputs[lists]?.where ?? []).flatMap(({ column }, i) =>
      known.includes(column)
        ? []
        : [
            {
              path: ['outputs', lists, 'where', i, 'column'],
              message: `is "${column}"; items have ${known.join(', ')}${column === id ? ' (the id is called "id" there)' : ''}: name one of them, or add a feature of the column to the candidate tower`,
            },
          ],
    ),
  );
}
