/** A thread that makes lists, with a model of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { RecommenderError } from '@trainyard/recommender';
import { openLists } from './lists.js';
import { toWorkerSchema, workerDataSchema, type FromWorker } from './messages.js';

const port = parentPort;
if (!port) throw new Error('listsThread runs as a worker thread only');
const send = (message: FromWorker) => port.postMessage(message);

const lists = await openLists(workerDataSchema.parse(workerData));

port.on('message', (raw: unknown) => {
  try {
    send({ type: 'done', text: lists(toWorkerSchema.parse(raw)) });
  } catch (error) {
    const type = error instanceof RecommenderError ? 'refused' : 'failed';
    send({ type, message: error instanceof Error ? error.message : String(error) });
  }
});
send({ type: 'ready' });
