/**
 * What a query costs on demand, in US dollars per TiB read. Of the US multi-region on 2025-01-01, from
 * https://cloud.google.com/bigquery/pricing: other places cost up to twice as much, and the first TiB of a month nothing.
 */
const USD_PER_TIB = 6.25;

/** An estimate to be told, not to be billed by. */
export function onDemandUsd(bytes: number): number {
  return (bytes / 2 ** 40) * USD_PER_TIB;
}
