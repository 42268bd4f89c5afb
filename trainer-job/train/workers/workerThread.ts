/** A worker: a thread with a model whose parameters belong to the training's thread, and a backend of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { selectBackend } from '../../backend/selectBackend.js';
import type { EncodedRows, EncodedTower } from '../../data/encodedDataset.js';
import { borrow, withoutValues } from '../../model/parameter.js';
import { TwoTowerModel } from '../../model/twoTowerModel.js';
import { operationsOf } from './operations.js';
import { borrowingOptimizer } from '../optimize/optimizer.js';
import {
  toWorkerSchema,
  workerDataSchema,
  type FromWorker,
  type TowerShape,
  type WorkerData,
} from './messages.js';
import { WorkerTasks } from './workerTasks.js';

const port = parentPort;
if (!port) throw new Error('workerThread runs as a worker thread only');
const send = (message: FromWorker) => port.postMessage(message);

const data = workerDataSchema.parse(workerData);
await selectBackend(data.backend);
const model = borrowedModel(data);
const optimizer = borrowingOptimizer(data.spec.training.optimizer, model.parameters, data.slots);
const tasks = new WorkerTasks(model, optimizer, rowsOf(data), data.share);

port.on('message', (raw: unknown) => void answer(raw));
send({ type: 'ready' });

async function answer(raw: unknown): Promise<void> {
  try {
    const { task, profiled } = toWorkerSchema.parse(raw);
    if (!profiled) return send({ type: 'done', result: tasks.do(task), operations: [] });
    const { value, operations } = await operationsOf(async () => tasks.do(task));
    send({ type: 'done', result: value, operations });
  } catch (error) {
    send({
      type: 'failed',
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  }
}

function borrowedModel(given: WorkerData): TwoTowerModel {
  const { spec, query, candidate, target, parameters, decays, state } = given;
  const towers = { query: towerOf(query), candidate: towerOf(candidate) };
  const made = withoutValues(() => new TwoTowerModel({ ...towers, ...(target && { target }) }, spec));
  made.parameters.forEach((parameter, i) =>
    borrow(parameter, parameters[i] ?? new Float32Array(), decays[i] ?? undefined),
  );
  made.state.forEach((array, i) => borrow(array, state[i] ?? new Float32Array()));
  return made;
}

/** The training's thread reads the tables: what a part takes of them comes with its task. */
function towerOf(shape: TowerShape): EncodedTower {
  const rows = () => {
    throw new Error('a worker has no tables to read');
  };
  return { ...shape, ids: new Int32Array(), rows };
}

function rowsOf({ targets, weights }: WorkerData): EncodedRows {
  return {
    count: 0,
    query: new Int32Array(),
    item: new Int32Array(),
    ...(targets && { target: targets }),
    ...(weights && { weight: weights }),
  };
}
