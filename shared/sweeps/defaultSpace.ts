/** What is searched when nobody says what. */
import { DEFAULT_MONITOR } from '../metrics/availability.js';
import type { Layer } from '../spec/layers.js';
import type { SampleWeight } from '../spec/sampleWeight.js';
import { splitTimeColumn } from '../spec/split.js';
import type { TrainingSpec } from '../spec/trainingSpec.js';
import { parameterValueSchema, type Parameter, type ParameterValue, type Space } from './parameter.js';

/**
 * Learning rate, decay, widths, dropout, batch, schedule and, where rows are split by time, how fast they age, around a specification, as sweeps commonly begin. The ranges are
 * those of this trainer, whose rates and penalties are for the summed loss of a batch; for a mean loss one would begin with
 * rates of 1e-5 to 1e-3. Every combination is a specification that can be trained. `objective` is the metric that the sweep looks for.
 */
export function defaultSpace(spec: TrainingSpec, objective: string): Space {
  const { training } = spec;
  const { optimizer, batchSize } = training;
  const batches = [batchSize / 8, batchSize / 4, batchSize / 2, batchSize].map((size) =>
    Math.max(16, Math.round(size)),
  );
  return {
    'training.optimizer.type': categorical([optimizer.type, 'adagrad', 'adam']),
    'training.optimizer.learningRate': { type: 'logFloat', min: 0.001, max: 0.5 },
    ...(optimizer.type === 'adamw' && {
      'training.optimizer.weightDecay': {
        type: 'float',
        min: 0,
        max: 0.01,
        when: { 'training.optimizer.type': 'adamw' },
      },
    }),
    'training.schedule.type': categorical([training.schedule.type, 'constant', 'cosine', 'plateau']),
    'training.embeddingL2': { type: 'logFloat', min: 0.001, max: 1 },
    'training.batchSize': categorical(batches),
    ...monitored(training, objective),
    ...ageing(spec),
    ...towers(spec),
  };
}

const categorical = (values: readonly ParameterValue[]): Parameter => ({
  type: 'categorical',
  values: [...new Map(values.map((value) => [JSON.stringify(value), value])).values()],
});

/**
 * The best epoch is that of the best value of what is looked for, unless the base watches a metric of its own: the loss turns earlier
 * than ranks do, and of the trials with the best ranks it had kept an early epoch.
 */
function monitored({ earlyStopping }: TrainingSpec['training'], objective: string): Space {
  if (earlyStopping === false || earlyStopping.monitor !== DEFAULT_MONITOR) return {};
  return { 'training.earlyStopping.monitor': { type: 'constant', value: objective } };
}

const HALF_LIVES_IN_DAYS = [30, 90, 365];

/** What is measured comes after what is trained on: often the newest rows tell most about it. Null is that all count alike. */
function ageing({ dataset: { split }, features: { sampleWeight } }: TrainingSpec): Space {
  const column = splitTimeColumn(split);
  if (column === undefined) return {};
  const weights = HALF_LIVES_IN_DAYS.map((halfLifeDays) => ({ column, halfLifeDays }));
  return { 'features.sampleWeight': categorical([sampleWeight ?? null, null, ...weights].map(asValue)) };
}

/** A part of a specification, without the keys that have no value. */
const asValue = (part: readonly Layer[] | SampleWeight | null): ParameterValue =>
  parameterValueSchema.parse(JSON.parse(JSON.stringify(part)));

const WIDTHS = [32, 64, 128, 256];

/** Both towers have the same layers where they do in the base; layers that somebody chose for each are left as they are. */
function towers({ model, features }: TrainingSpec): Space {
  const own = model.query.layers;
  const areAlike = JSON.stringify(own) === JSON.stringify(model.candidate.layers);
  const isBare = features.query.length === 1 && features.candidate.length === 1;
  const [query, candidate] = [features.query[0], features.candidate[0]];
  // Two towers of one embedding each end in the same width as long as their embeddings do, with layers or without.
  const canBeBare = isBare && query?.transform === 'lookup' && candidate?.transform === 'lookup';
  if (!areAlike) return dropouts(model);
  const layers = [
    own,
    ...(canBeBare ? [[]] : []),
    dense(64, 32),
    dense(128, 64, 32),
    withDropout(128, 64, 32),
  ];
  return {
    'model.{query,candidate}.layers': categorical(layers.map(asValue)),
    ...(canBeBare && { 'features.{query.0,candidate.0}.dim': categorical(WIDTHS) }),
  };
}

/** The rates of the dropout layers that the base has. */
function dropouts({ query, candidate }: TrainingSpec['model']): Space {
  const found = Object.entries({ query, candidate }).flatMap(([tower, { layers }]) =>
    layers.flatMap((layer, i) => (layer.type === 'dropout' ? [`model.${tower}.layers.${i}.rate`] : [])),
  );
  return Object.fromEntries(found.map((key) => [key, { type: 'float', min: 0.1, max: 0.5 }] as const));
}

function dense(...widths: number[]): Layer[] {
  return widths.map((units, i) => ({
    type: 'dense',
    units,
    activation: i === widths.length - 1 ? 'linear' : 'relu',
    initializer: 'glorotUniform',
  }));
}

function withDropout(...widths: number[]): Layer[] {
  return dense(...widths).flatMap((layer, i): Layer[] =>
    i === widths.length - 1 ? [layer] : [layer, { type: 'dropout', rate: 0.2 }],
  );
}
