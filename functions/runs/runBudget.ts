import { BUDGET_EXCEEDED, inDollars, type Estimate, type TrainingSpec } from '@trainyard/shared';
import type { Configured } from '../controlPlane.js';
import { DomainError } from '../errors/domainError.js';
import { tiersNamed } from './tiers.js';

const POINTER = '/spec/compute/maxUsd';

/** Why a run is not started for its `compute.maxUsd`: it cannot be done for that, or nobody could tell what it costs. */
export function overRunBudget(
  cp: Configured,
  spec: TrainingSpec,
  estimate: Estimate,
): DomainError | undefined {
  const { maxUsd, tiers } = spec.compute;
  if (maxUsd === undefined) return undefined;
  const unpriced = estimate.tiers.filter(({ usdPerHour }) => usdPerHour === null).map(({ tier }) => tier);
  // A machine of one's own has no price and is not billed.
  const isBilled = tiersNamed(cp, tiers).some(({ name, machine }) => machine && unpriced.includes(name));
  if (isBilled) {
    const detail = `compute.maxUsd is ${inDollars(maxUsd)}, and compute tier ${unpriced.join(', ')} has no price to count with: name other tiers, set usdPerHour of the tier or TRAINYARD_PRICES, or leave maxUsd out.`;
    return new DomainError('no-price', detail, { errors: [{ pointer: POINTER, detail }] });
  }
  const least = cheapest(estimate);
  if (least === null || least.usd <= maxUsd) return undefined;
  const detail = `The run is estimated to cost ${inDollars(least.usd)} at least, on compute tier ${least.tier}; compute.maxUsd allows ${inDollars(maxUsd)}: raise it, train fewer epochs or rows, or name a cheaper tier.`;
  return new DomainError(BUDGET_EXCEEDED, detail, {
    errors: [{ pointer: POINTER, detail }],
  });
}

/** The least that any of the tiers may cost; null where that of one is not known. */
export function cheapest({ tiers: all }: Estimate): { tier: string; usd: number } | null {
  const tiers = all.filter((tier) => tier.tooSmall === null);
  const known = tiers.flatMap(({ tier, usd }) => (usd ? { tier, usd: usd.low } : []));
  if (known.length < tiers.length) return null;
  return known.toSorted((a, b) => a.usd - b.usd)[0] ?? null;
}
