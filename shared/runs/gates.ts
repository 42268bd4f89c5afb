import { isBetter } from '../metrics/direction.js';
import { metricValue } from '../metrics/names.js';
import type { Gate } from '../spec/evaluation/evaluation.js';
import type { GateResult, RunResult } from './run.js';

/** What gates go by. */
type Judged = Pick<RunResult, 'metrics' | 'baselines'>;

/** Each gate against the result, in the order of the specification. */
export function checkGates(gates: readonly Gate[], result: Judged): GateResult[] {
  return gates.map((gate) => {
    const value = metricValue(result.metrics, gate.metric) ?? null;
    return { ...gate, value, passed: value !== null && passes(gate, value, result) };
  });
}

function passes({ metric, atLeast, atMost, aboveBaseline }: Gate, value: number, result: Judged): boolean {
  if (atLeast !== undefined && value < atLeast) return false;
  if (atMost !== undefined && value > atMost) return false;
  if (aboveBaseline === undefined) return true;
  const baseline = metricValue(result.baselines[aboveBaseline] ?? {}, metric);
  return baseline !== undefined && isBetter(metric, value, baseline);
}
