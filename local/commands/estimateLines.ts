import type { CostTogether, Estimate, Range, TierEstimate } from '@trainyard/shared';
import { plain, wrap } from '../watch/layout.js';
import { dollars, duration } from '../watch/numbers.js';

/** `duration 2 h 00 min – 4 h 00 min, cost $25.00 – $45.00`, with what is not known said so. */
function estimateText({ seconds, usd, usdPerHour, tooSmall }: Omit<TierEstimate, 'tier'>): string {
  if (tooSmall !== null) return `left out: ${plain(tooSmall)}`;
  const time = seconds ? `duration ${between(seconds, duration)}` : 'duration not known';
  if (usd) return `${time}, cost ${between(usd, dollars)}`;
  return `${time}, ${usdPerHour === null ? 'the tier has no price' : `${dollars(usdPerHour)} an hour`}`;
}

function between({ low, high }: Range, write: (value: number) => string): string {
  const [from, to] = [write(low), write(high)];
  return from === to ? from : `${from} – ${to}`;
}

/** What a run and its repetitions would cost; nothing where it has none. */
export function togetherLines(together: CostTogether | null): string[] {
  if (!together) return [];
  const { runs, usd, seconds } = together;
  const time = seconds ? `duration ${between(seconds, duration)} added up` : 'duration not known';
  return [
    `  all ${runs} runs with its repetitions: ${time}, ${usd ? `cost ${between(usd, dollars)}` : 'cost not known'}`,
  ];
}

/** What a start would take: a line for each tier, and what the numbers rest on. */
export function estimateLines(modelId: string, estimate: Estimate, width: number): string[] {
  const { basis, tiers, recommendedTier, memoryMb, notes } = estimate;
  const name = Math.max(...tiers.map(({ tier }) => plain(tier).length), 0);
  const by = basis ? `, measured on ${plain(basis.name)}` : '';
  const memory = memoryMb === null ? [] : [`  that run used ${(memoryMb / 1024).toFixed(1)} GB of memory`];
  return [
    `what a run of ${modelId} would take${by} (nothing was started)`,
    ...tiers.map((tier) => `  ${plain(tier.tier).padEnd(name)}  ${estimateText(tier)}`),
    ...(recommendedTier === null || tiers.length < 2
      ? []
      : [`  the cheapest that is large enough is ${plain(recommendedTier)}`]),
    ...memory,
    ...notes.flatMap((note) => wrap(note, width, '  ')),
  ];
}
