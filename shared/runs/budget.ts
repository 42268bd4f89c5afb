import { usdUntil } from './cost.js';
import type { Run, RunError } from './run.js';
import type { ControlPlaneErrorCode } from '../errors/controlPlaneErrors.js';

/** The code of the error of a run that was stopped because of what it cost. */
export const BUDGET_EXCEEDED = 'budget-exceeded' satisfies ControlPlaneErrorCode;

/** Why a run is to stop for its own `compute.maxUsd`; undefined while it has not cost that much. */
export function ownBudgetError(run: Run, now: Date): RunError | undefined {
  const { maxUsd } = run.spec.compute;
  if (maxUsd === undefined) return undefined;
  const usd = usdUntil(run, now);
  if (usd < maxUsd) return undefined;
  return {
    code: BUDGET_EXCEEDED,
    message: `the run has cost ${inDollars(usd)}; compute.maxUsd allows ${inDollars(maxUsd)}`,
    stage: run.currentStage,
    remedy:
      'raise compute.maxUsd and retry: it goes on from the last checkpoint; or train fewer epochs, or on a cheaper tier',
  };
}

/** `$0.0042`, `$1.23`: enough digits to tell small amounts apart. */
export function inDollars(usd: number): string {
  return `$${usd.toFixed(usd > 0 && usd < 0.1 ? 4 : 2)}`;
}
