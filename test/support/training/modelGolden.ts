/** What Keras and TensorFlow make of fixed numbers: model.golden.py makes them. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const numbers = z.array(z.number());
const differentiated = z.object({ loss: z.number(), gradients: z.array(numbers) });
const rating = differentiated.extend({ targets: numbers, logits: numbers });
const activated = z.object({ output: numbers, gradient: numbers });

export const modelGolden = z
  .object({
    rowUser: numbers,
    rowItem: numbers,
    users: numbers,
    inBatch: z.object({
      items: numbers,
      probability: numbers,
      variants: z.array(
        differentiated.extend({ samplingCorrection: z.boolean(), removeAccidentalHits: z.boolean() }),
      ),
    }),
    sampled: z.object({
      items: numbers,
      drawn: numbers,
      expected: numbers,
      variants: z.array(differentiated.extend({ removeAccidentalHits: z.boolean() })),
    }),
    ratings: z.object({ mse: rating, binaryCrossEntropy: rating, categoricalCrossEntropy: rating }),
    input: numbers,
    outputWeights: numbers,
    activations: z.record(z.enum(['relu', 'elu', 'tanh', 'sigmoid', 'gelu']), activated),
    batchNorm: z.object({
      scale: numbers,
      shift: numbers,
      output: numbers,
      gradients: z.tuple([numbers, numbers, numbers]),
      runningMean: numbers,
      runningVariance: numbers,
      inferred: numbers,
    }),
  })
  .parse(
    JSON.parse(
      readFileSync(new URL('../../../trainer-job/model/model.golden.json', import.meta.url), 'utf8'),
    ),
  );
