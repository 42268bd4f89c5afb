/** What the training's thread and its workers say to each other. Large arrays are views of memory that both see. */
import { trainingSpecSchema } from '@trainyard/shared';
import { z } from 'zod';
import type { EncodedTower } from '../../data/encodedDataset.js';
import type { OwedDecay } from '../../model/parameter.js';
import type { FittedTarget } from '../../features/target.js';

const floats = z.custom<Float32Array>((value) => value instanceof Float32Array);
/** Of a training that diverges it is none: that is said where it is seen, with what to do. */
const anyNumber = z.custom<number>((value) => typeof value === 'number');
const integers = z.custom<Int32Array>((value) => value instanceof Int32Array);

/** What a worker makes its model of; the values of the parameters are those of the training's thread. */
export const workerDataSchema = z.object({
  backend: z.enum(['tensorflow', 'wasm', 'cpu']),
  spec: trainingSpecSchema,
  query: z.custom<TowerShape>(),
  candidate: z.custom<TowerShape>(),
  target: z.custom<FittedTarget>().optional(),
  /** [training rows] what a rating predicts. */
  targets: floats.optional(),
  /** [training rows] how much each counts. */
  weights: floats.optional(),
  /** In the order of the model's parameters, and of its state. */
  parameters: z.array(floats),
  /** Of those whose weights decay, what they have yet to lose. */
  decays: z.array(z.custom<OwedDecay>().nullable()),
  state: z.array(floats),
});
export type WorkerData = z.infer<typeof workerDataSchema>;
export type TowerShape = Pick<EncodedTower, 'features' | 'idFeature' | 'entities'>;

const towerPartSchema = z.object({
  /** What the entities of this part are encoded as, how often each occurs, and which of the batch's they are. */
  indices: integers,
  numbers: floats,
  counts: floats,
  places: integers,
  /** [entities of this part, width] to be filled. */
  output: floats,
});
export type TowerPart = z.infer<typeof towerPartSchema>;

const forwardSchema = z.object({
  type: z.literal('forward'),
  at: z.object({ epoch: z.int(), step: z.int() }),
  query: towerPartSchema.nullable(),
  candidate: towerPartSchema.nullable(),
});

/** The rows of some of the queries, against all items. */
const lossSchema = z.object({
  type: z.literal('loss'),
  queries: floats,
  items: floats,
  rowQuery: integers,
  /** All training rows of the batch, and which of them are this part's. */
  batch: integers,
  own: integers,
  competing: z.object({
    competing: z.int().optional(),
    rowItem: integers,
    own: z.enum(['among', 'once', 'added']).optional(),
    hardest: z.int().optional(),
    logWeights: floats.optional(),
    logOwnWeights: floats.optional(),
  }),
  /** To be filled: of this part's queries; and of all items, as far as they depend on this part. */
  dQueries: floats,
  dItems: floats,
});

/** The gradients at the outputs of `forward`'s parts, as summands in the order in which they are added. */
const backwardSchema = z.object({
  type: z.literal('backward'),
  query: z.array(floats),
  candidate: z.array(floats),
});

export const toWorkerSchema = z.discriminatedUnion('type', [forwardSchema, lossSchema, backwardSchema]);
export type ToWorker = z.infer<typeof toWorkerSchema>;
export type ForwardTask = z.infer<typeof forwardSchema>;
export type LossTask = z.infer<typeof lossSchema>;
export type BackwardTask = z.infer<typeof backwardSchema>;

const sentGradientSchema = z.object({
  /** Position among the model's parameters. */
  parameter: z.int(),
  rows: integers.optional(),
  values: floats,
});

export const fromWorkerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('done'), loss: anyNumber, gradients: z.array(sentGradientSchema) }),
  z.object({ type: z.literal('failed'), message: z.string() }),
]);
export type FromWorker = z.infer<typeof fromWorkerSchema>;
export type SentGradient = z.infer<typeof sentGradientSchema>;
