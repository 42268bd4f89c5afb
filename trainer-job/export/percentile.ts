/** The least of the values that at least so many percent of them do not exceed (nearest rank); `sorted` ascends and has one at least. */
export function percentileOf(sorted: readonly number[], percent: number): number {
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  return sorted[rank - 1] ?? NaN;
}
