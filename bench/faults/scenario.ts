/** What befalls a run beside the faults that befall all of them, and how it must end. */
import type { RunStatus } from '@trainyard/shared';
import { randomFor } from '@trainyard/trainer-job/model/random';

/**
 * `steady`: nothing · `cancelled`: somebody cancels it · `scarce`: its first tier has no capacity · `refused`: the platform
 * refuses the job. The rest is what the trainer does, the first time or (`rejected`, `speechless`) always: `dies` without a
 * word · `silent`: stays, and says nothing · `retriable` failure · `preempted` · hands over at the `time-limit` · `rejected`:
 * refuses the data · `speechless`: the same, without saying so. They are the ids of the models too.
 */
const SCENARIOS = [
  'steady',
  'cancelled',
  'dies',
  'scarce',
  'rejected',
  'silent',
  'retriable',
  'refused',
  'preempted',
  'time-limit',
  'speechless',
] as const;
export type Scenario = (typeof SCENARIOS)[number];

const ENDS: Record<Scenario, readonly RunStatus[]> = {
  steady: ['completed'],
  // The end may be faster than the wish.
  cancelled: ['cancelled', 'completed'],
  dies: ['completed'],
  scarce: ['completed'],
  rejected: ['failed'],
  silent: ['completed'],
  retriable: ['completed'],
  refused: ['failed'],
  preempted: ['completed'],
  'time-limit': ['completed'],
  speechless: ['failed'],
};

/** The states in which a run of the scenario may end. */
export function endsOf(scenario: Scenario): readonly RunStatus[] {
  return ENDS[scenario];
}

export interface PlannedRun {
  /** Idempotency key of its start. */
  key: string;
  scenario: Scenario;
  epochs: number;
  /** From the beginning of the experiment to the start request. */
  startsAfterMs: number;
  /** What a stage or an epoch takes. */
  stepMs: number;
  /** How often the trainer says that it is there. */
  heartbeatMs: number;
  /** The epoch in which the trainer's trouble comes. */
  troubleAtEpoch: number;
  /** From the start to the request to cancel, where there is one. */
  cancelAfterMs: number;
  /** The validation loss after the first epoch; after the n-th it is the n-th part. */
  loss: number;
}

/** The first runs go through all scenarios, so that a short experiment sees many; the rest are drawn. */
export function planRuns(seed: number, count: number, spreadMs: number): PlannedRun[] {
  const random = randomFor(seed, 'runs');
  const between = (low: number, high: number) => low + Math.floor(random() * (high - low + 1));
  const draw = (): Scenario => (random() < 0.3 ? 'steady' : (SCENARIOS[between(0, 10)] ?? 'steady'));
  return Array.from({ length: count }, (_, i) => ({
    key: `plan-${seed}-${i}`,
    scenario: SCENARIOS[i] ?? draw(),
    epochs: between(4, 12),
    startsAfterMs: Math.round((i / count) * spreadMs),
    stepMs: between(20, 250),
    heartbeatMs: 400,
    troubleAtEpoch: between(1, 4),
    cancelAfterMs: between(0, 4000),
    loss: 11,
  }));
}
