import { z } from 'zod';
import { described } from '../described.js';

/** What serving the exported model takes on the machine that trained it, by one thread. */
export const performanceSchema = z.strictObject({
  latency: described(
    z.array(
      z.strictObject({
        queries: described(z.int().min(1), 'The number of queries that are answered together.', 32),
        requests: described(z.int().min(1), 'How many such requests were measured.', 37),
        p50Ms: described(z.number().min(0), 'The median time, in milliseconds.', 8.1),
        p95Ms: described(z.number().min(0), 'The 95th percentile, in milliseconds.', 9.4),
        p99Ms: described(z.number().min(0), 'The 99th percentile, in milliseconds.', 11.2),
      }),
    ),
    'The time of ten recommendations each for so many queries: 1, 32 and 256.',
  ),
  modelBytes: described(z.int().min(0), 'The size of the exported model, in bytes.', 18_400_000),
  memoryMb: described(z.number().min(0), 'The memory that the opened model takes, in MB.', 41.3),
  trainingSeconds: described(z.number().min(0), 'How long the training took, in seconds.', 212.4),
});
export type Performance = z.infer<typeof performanceSchema>;
