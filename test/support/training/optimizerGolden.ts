/** What Keras and TensorFlow make of fixed numbers: optimizers.golden.py makes them. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

const numbers = z.array(z.number());
const walks = z.array(z.object({ spec: z.looseObject({ type: z.string() }), after: z.array(numbers) }));
const pair = z.tuple([numbers, numbers]);

export const optimizerGolden = z
  .object({
    start: numbers,
    gradients: z.array(numbers),
    optimizers: walks,
    rates: numbers,
    varying: walks,
    clipped: z.object({ value: pair, norm: pair, globalNorm: pair }),
    schedules: z.object({ steps: numbers, cosine: numbers, exponential: numbers, step: numbers }),
  })
  .parse(
    JSON.parse(
      readFileSync(
        new URL('../../../trainer-job/train/optimize/rules/optimizers.golden.json', import.meta.url),
        'utf8',
      ),
    ),
  );
