import { isLowerBetter } from '../common.js';
import type { Gate } from '../spec/trainingSpec.js';
import type { GateResult, RunResult } from './run.js';

/** Each gate against the result, in the order of the specification. */
export function checkGates(gates: readonly Gate[], result: RunResult): GateResult[] {
  return gates.map((gate) => {
    const value = result.metrics[gate.metric] ?? null;
    return { ...gate, value, passed: value !== null && passes(gate, value, result) };
  });
}

function passes({ metric, atLeast, atMost, aboveBaseline }: Gate, value: number, result: RunResult): boolean {
  if (atLeast !== undefined && value < atLeast) return false;
  if (atMost !== undefined && value > atMost) return false;
  if (aboveBaseline === undefined) return true;
  const rival = result.baselines[aboveBaseline]?.[metric];
  return rival !== undefined && (isLowerBetter(metric) ? value < rival : value > rival);
}
