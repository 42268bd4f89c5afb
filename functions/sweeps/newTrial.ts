import type { Sweep, Trial } from '@trainyard/shared';

type Claimed = Pick<Trial, 'number' | 'parameters' | 'decision'>;

/** A trial as it is claimed: it has no run yet. */
export function newTrial(
  { sweepId, round }: Pick<Sweep, 'sweepId' | 'round'>,
  { number, parameters, decision }: Claimed,
  now: Date,
): Trial {
  return {
    schemaVersion: 1,
    sweepId,
    number,
    round,
    parameters,
    decision,
    runId: null,
    state: 'running',
    value: null,
    curve: [],
    pruning: null,
    error: null,
    costUsd: 0,
    seconds: null,
    createdAt: now.toISOString(),
    endedAt: null,
  };
}
