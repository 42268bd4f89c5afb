import { newRun as recorded, trainingSpecSchema, type Run, type TrainingSpecInput } from '@trainyard/shared';

export const EXAMPLE_SPEC: TrainingSpecInput = {
  dataset: { source: { uri: 'purchases.csv' } },
  features: {
    query: [{ column: 'user', transform: 'lookup', id: true }],
    candidate: [{ column: 'item', transform: 'lookup', id: true }],
  },
};

/** Read once: tests make thousands of runs, and none changes a specification in place. */
const spec = trainingSpecSchema.parse(EXAMPLE_SPEC);

/** A run just requested, at `now`, with parts replaced. */
export function newRun(now: Date, parts: Partial<Run> = {}): Run {
  const run = recorded({
    runId: 'abcdefghijklmnopqrst',
    modelId: 'demo',
    runNumber: 1,
    spec,
    requestedBy: 'test',
    now,
  });
  return { ...run, ...parts };
}
