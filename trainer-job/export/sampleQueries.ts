import type { FeatureValues } from '@trainyard/recommender';
import type { EncodedDataset } from '../data/encodedDataset.js';

/** More than are answered together. */
const MOST = 256;

/** Queries by known values of every column that is looked up, spread over its vocabulary; other columns are left out, which is a missing value. */
export async function sampleQueries({ query }: EncodedDataset): Promise<FeatureValues[]> {
  const columns: [string, readonly string[]][] = [];
  for (const [i, { columns: names }] of query.features.entries()) {
    const meaning = query.meanings?.[i];
    const [name] = names;
    if (meaning?.fitted.transform !== 'lookup' || name === undefined || names.length > 1) continue;
    const values = await meaning.vocabulary();
    if (values.length > 0) columns.push([name, values]);
  }
  const count = Math.min(MOST, Math.max(0, ...columns.map(([, values]) => values.length)));
  return Array.from({ length: count }, (_, i) =>
    Object.fromEntries(
      columns.map(([name, values]) => [name, values[Math.floor((i * values.length) / count)] ?? null]),
    ),
  );
}
