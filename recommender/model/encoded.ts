/** What a tower takes of a row's values: indices and numbers side by side, and the rows of each feature by themselves. */
import { columnsOf, type EncodedFeature } from '../encode/encodedFeature.js';
import type { Encodings } from '../encode/encoder.js';
import type { Encoded } from './model.js';

export function encodedBy(features: readonly EncodedFeature[], { indices, numbers }: Encodings): Encoded {
  let from = 0;
  const rows: [feature: string, rows: Int32Array][] = [];
  for (const feature of features) {
    const to = from + columnsOf(feature).indices;
    if (to > from) rows.push([feature.name, indices.slice(from, to)]);
    from = to;
  }
  return { indices, numbers, rows: Object.fromEntries(rows) };
}
