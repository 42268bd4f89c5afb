/**
 * How long to wait before try `failures + 1`: exponential with full jitter, so that trainers that lost the same control
 * plane do not come back to it at the same moment.
 */
export function backoffMs(
  failures: number,
  random: () => number,
  { baseMs = 200, capMs = 10_000 } = {},
): number {
  return random() * Math.min(capMs, baseMs * 2 ** Math.min(failures, 30));
}
