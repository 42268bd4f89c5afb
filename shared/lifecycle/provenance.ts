/** What a run is made of, as its stages tell it one by one. */
import type { CallbackBody } from '../callbacks/bodies.js';
import { MAX_DIGESTS, type DataReference, type Run } from '../runs/run.js';

/** Each attempt adds what it read and made; of the data and of the machine, the newest word holds. */
export function provenanceAfter(
  run: Run,
  { data, environment, inputs = [], outputs = [] }: CallbackBody<'stage-complete'>,
): Partial<Run> {
  return {
    ...(data && { data }),
    ...(environment && { environment }),
    ...(inputs.length > 0 && { usedDigests: withDigests(run.usedDigests, inputs) }),
    ...(outputs.length > 0 && { madeDigests: withDigests(run.madeDigests, outputs) }),
  };
}

/** Where there are more than a run keeps, the oldest go. */
function withDigests(known: readonly string[], things: readonly DataReference[]): string[] {
  return [...new Set([...known, ...things.map(({ digest }) => digest)])].slice(-MAX_DIGESTS);
}
