/** What one trial of a sweep is counted with before any has told what it costs. */
import { BUDGET_EXCEEDED, inDollars, type Sweep, type TrainingSpec } from '@trainyard/shared';
import type { Configured, ControlPlane } from '../controlPlane.js';
import { DomainError } from '../errors/domainError.js';
import { estimateRun } from '../runs/estimate.js';
import { tierPrice, tiersNamed } from '../runs/tiers.js';

type Asked = Pick<Sweep, 'modelId' | 'budgetUsd' | 'tiers'> & { spec: TrainingSpec };

/**
 * The most that it is estimated to cost on any of its tiers, in US dollars; null where nobody can tell, and without a budget. Refuses a
 * budget that cannot be kept: one in which nobody could tell what is spent, or in which not even one trial has room.
 */
export async function expectedTrialUsd(
  cp: Pick<ControlPlane, 'store' | 'config'>,
  { modelId, budgetUsd, tiers, spec }: Asked,
): Promise<number | null> {
  if (budgetUsd === null) return null;
  requirePrices(cp, budgetUsd, tiers);
  const onTiers = { ...spec, compute: { ...spec.compute, tiers } };
  const estimate = await estimateRun(cp, modelId, onTiers);
  // A machine of one's own has no price and is not billed.
  const each = estimate.tiers.map(({ usd, usdPerHour }) => (usdPerHour === null ? { low: 0, high: 0 } : usd));
  const known = each.filter((usd) => usd !== null);
  if (known.length < each.length) return null;
  const least = Math.min(...known.map(({ low }) => low));
  if (least > budgetUsd) {
    const detail = `budgetUsd is ${inDollars(budgetUsd)}, and one trial is estimated to cost ${inDollars(least)} at least: raise it, train fewer epochs or rows, or name cheaper tiers.`;
    throw new DomainError(BUDGET_EXCEEDED, detail, { errors: [{ pointer: '/budgetUsd', detail }] });
  }
  return Math.max(...known.map(({ high }) => high));
}

function requirePrices(cp: Configured, budgetUsd: number, tiers: readonly string[]): void {
  const unpriced = tiersNamed(cp, tiers).filter((tier) => tier.machine && tierPrice(cp, tier) === null);
  if (unpriced.length === 0) return;
  const detail = `budgetUsd is ${budgetUsd}, and compute tier ${unpriced.map(({ name }) => name).join(', ')} has no price to count with: name other tiers, set usdPerHour of the tier or TRAINYARD_PRICES, or leave budgetUsd out.`;
  throw new DomainError('no-price', detail, { errors: [{ pointer: '/budgetUsd', detail }] });
}
