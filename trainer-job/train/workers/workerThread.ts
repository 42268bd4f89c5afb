/** A worker: a thread with a model whose parameters belong to the training's thread, and a backend of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { selectBackend } from '../../backend/selectBackend.js';
import type { EncodedRows, EncodedTower } from '../../data/encodedDataset.js';
import { borrow, withoutValues } from '../../model/parameter.js';
import { TwoTowerModel } from '../../model/twoTowerModel.js';
import type { StepGradients } from '../trainingStep.js';
import {
  toWorkerSchema,
  workerDataSchema,
  type FromWorker,
  type SentGradient,
  type TowerShape,
  type WorkerData,
} from './messages.js';
import { StepPart } from './stepPart.js';

const port = parentPort;
if (!port) throw new Error('workerThread runs as a worker thread only');
const tell = (message: FromWorker, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);

const data = workerDataSchema.parse(workerData);
await selectBackend(data.backend);
const model = borrowedModel(data);
const part = new StepPart(model, rowsOf(data));
const places = new Map(model.parameters.map((parameter, i) => [parameter, i]));

port.on('message', (raw: unknown) => {
  try {
    done(part.do(toWorkerSchema.parse(raw)));
  } catch (error) {
    tell({
      type: 'failed',
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  }
});
tell({ type: 'ready' });

function done({ loss, gradients }: StepGradients): void {
  const sent = gradients.map(({ parameter, rows, values }): SentGradient => {
    const place = places.get(parameter);
    if (place === undefined) throw new Error(`${parameter.name} is no parameter of the model`);
    return { parameter: place, values, ...(rows && { rows }) };
  });
  // Nobody here needs them any more.
  const buffers = new Set(
    sent.flatMap(({ rows, values }) => (rows ? [rows.buffer, values.buffer] : [values.buffer])),
  );
  tell(
    { type: 'done', loss, gradients: sent },
    [...buffers].filter((buffer) => buffer instanceof ArrayBuffer),
  );
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
