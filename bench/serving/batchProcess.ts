/** A worker that recommends to a part of the users. */
import { parentPort, workerData } from 'node:worker_threads';
import { open } from '@trainyard/recommender/node';
import { z } from 'zod';

const { folder, from, to, k } = z
  .object({ folder: z.string(), from: z.int(), to: z.int(), k: z.int() })
  .parse(workerData);
const model = await open(folder);
const queries = model.users.slice(from, to).map((user) => ({ user }));
model.recommendMany(queries.slice(0, 64), { k, exclude: 'seen' });
parentPort?.once('message', () => {
  let items = 0;
  for (let at = 0; at < queries.length; at += 256) {
    const lists = model.recommendMany(queries.slice(at, at + 256), { k, exclude: 'seen' });
    for (const list of lists) items += list.length;
  }
  parentPort?.postMessage(items, []);
});
parentPort?.postMessage('ready', []);
