import { cutText, whole } from '@trainyard/shared';
import type { Database } from '../data/database.js';
import { EXAMPLES, LONGEST } from './unreadValues.js';

/**
 * Says how many queries are of users whom the model does not know, and how many of nobody: they have the list of somebody who is
 * new. `table` has the user's id as c0 by the place n of each query; `id` is its column.
 */
export async function noteUnknown(
  database: Database,
  table: string,
  id: string,
  isKnown: (user: string) => boolean,
  onNote: (note: string) => void,
): Promise<void> {
  let [queries, unknown, nameless] = [0, 0, 0];
  const examples: string[] = [];
  await database.scan(`SELECT c0 FROM ${table} ORDER BY n`, ([users = []]) => {
    for (const user of users as readonly (string | null)[]) {
      queries++;
      if (user === null) nameless++;
      else if (!isKnown(user)) {
        unknown++;
        if (examples.length < EXAMPLES)
          examples.push(`${JSON.stringify(cutText(user, LONGEST))} of query ${queries}`);
      }
    }
  });
  const found = [
    ...(unknown > 0
      ? [
          `${whole(unknown)} of ${whole(queries)} queries have a ${id} that the model does not know, such as ${examples.join(', ')}`,
        ]
      : []),
    ...(nameless > 0 ? [`${whole(nameless)} of ${whole(queries)} queries have no ${id}`] : []),
  ];
  if (found.length > 0) onNote(`${found.join('; ')}: they have the list of somebody who is new`);
}
