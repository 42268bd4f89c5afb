/** What the training's thread and its workers say to each other. Large arrays are views of memory that all see. */
import { storedSpecSchema } from '@trainyard/shared';
import { z } from 'zod';
import type { EncodedTower } from '../../data/encodedDataset.js';
import type { BlockScores, QueryBlock } from '../../evaluate/ranks/queryBlock.js';
import type { OwedDecay } from '../../model/parameter.js';
import type { FittedTarget } from '@trainyard/recommender/encode/target';
import type { Operation } from './operations.js';

const floats = z.custom<Float32Array>((value) => value instanceof Float32Array);
/** Of a training that diverges it is none: that is said where it is seen, with what to do. */
const anyNumber = z.custom<number>((value) => typeof value === 'number');
const integers = z.custom<Int32Array>((value) => value instanceof Int32Array);

/** What a worker makes its model of; the values of the parameters, and the optimizer's, are those of the training's thread. */
export const workerDataSchema = z.object({
  backend: z.enum(['tensorflow', 'wasm', 'cpu']),
  /** Which of how many workers. */
  share: z.object({ number: z.int(), among: z.int() }),
  spec: storedSpecSchema,
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
  /** Of each parameter, what the optimizer keeps. */
  slots: z.array(z.record(z.string(), floats)),
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

/**
 * The gradients at the outputs of `forward`'s parts, as summands in the order in which they are added. Answered with the
 * gradients of all of the worker's parts of the batch.
 */
const backwardSchema = z.object({
  type: z.literal('backward'),
  query: z.array(floats),
  candidate: z.array(floats),
});

const sentGradientSchema = z.object({
  /** Position among the model's parameters. */
  parameter: z.int(),
  rows: integers.optional(),
  values: floats,
});
export type SentGradient = z.infer<typeof sentGradientSchema>;

const squaresSchema = z.array(z.object({ parameter: z.int(), sum: anyNumber }));
export type SentSquares = z.infer<typeof squaresSchema>;

/** The gradients that all workers have of a batch, in their order: each adds up its share. */
const collectSchema = z.object({
  type: z.literal('collect'),
  /** Whether it is the first batch of a step. */
  begins: z.boolean(),
  gradients: z.array(sentGradientSchema),
});

/** Adds the gradients of penalties to the share of a step that is complete. Answered with the squares of its gradients. */
const measureSchema = z.object({ type: z.literal('measure') });

/** Clips, and changes the parameters. */
const applySchema = z.object({
  type: z.literal('apply'),
  at: z.object({ step: z.int(), rate: anyNumber }),
  /** Of the whole step, where it was measured before. */
  squares: squaresSchema.optional(),
});

/** Some entities to the vectors that scores are made of. */
const embedSchema = z.object({
  type: z.literal('embed'),
  tower: z.enum(['query', 'candidate']),
  indices: integers,
  numbers: floats,
  /** [entities, width] to be filled. */
  output: floats,
});

/** Blocks of queries are scored against these items from now on; without items none is, and their memory is free. */
const itemsSchema = z.object({
  type: z.literal('items'),
  items: floats.nullable(),
  width: z.int(),
  depth: z.int(),
});

const scoreSchema = z.object({ type: z.literal('score'), block: z.custom<QueryBlock>() });

const taskSchema = z.discriminatedUnion('type', [
  forwardSchema,
  lossSchema,
  backwardSchema,
  collectSchema,
  measureSchema,
  applySchema,
  embedSchema,
  itemsSchema,
  scoreSchema,
]);
export type Task = z.infer<typeof taskSchema>;
export type TaskOf<Type extends Task['type']> = Extract<Task, { type: Type }>;

/** A task, and whether the operations of it are to be told. */
export const toWorkerSchema = z.object({ task: taskSchema, profiled: z.boolean() });

/** What a task was answered with; of most tasks all is in memory that they have named. */
const resultSchema = z.object({
  loss: anyNumber.optional(),
  gradients: z.array(sentGradientSchema).optional(),
  squares: squaresSchema.optional(),
  scores: z.custom<BlockScores>().optional(),
});
export type Result = z.infer<typeof resultSchema>;

export const fromWorkerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('done'), result: resultSchema, operations: z.array(z.custom<Operation>()) }),
  z.object({ type: z.literal('failed'), message: z.string() }),
]);
export type FromWorker = z.infer<typeof fromWorkerSchema>;
