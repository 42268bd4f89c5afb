import { valuesOf } from '@trainyard/recommender/encode/multi';
import { wordsOf } from '@trainyard/recommender/encode/text';
import type { FittedFeature } from '@trainyard/recommender/encode/fittedFeature';
import type { Counted } from './vocabulary.js';

/** What of a column's text has embeddings of its own, as far as a feature takes it: words, several values, or the text as it is. */
export function partsOf(fitted: FittedFeature, text: string): string[] {
  switch (fitted.transform) {
    case 'text':
      return wordsOf(text, fitted.maxTokens);
    case 'multi':
      return valuesOf(text, fitted).slice(0, fitted.max);
    default:
      return [text];
  }
}

/** How often each part stands in the training rows; in the order of the parts, whatever row came first. */
export function countedParts(fitted: FittedFeature, counted: readonly Counted[]): Counted[] {
  const counts = new Map<string, number>();
  for (const { text, rows } of counted) {
    if (rows === 0) continue;
    for (const part of partsOf(fitted, text)) counts.set(part, (counts.get(part) ?? 0) + rows);
  }
  const parts = Array.from(counts, ([text, rows]) => ({ text, rows }));
  return parts.toSorted((a, b) => (a.text < b.text ? -1 : 1));
}

/** How many of its words or values a feature leaves out. */
export function partsBeyond(fitted: FittedFeature, text: string): number {
  switch (fitted.transform) {
    case 'text':
      return Math.max(wordsOf(text, Infinity).length - fitted.maxTokens, 0);
    case 'multi':
      return Math.max(valuesOf(text, fitted).length - fitted.max, 0);
    default:
      return 0;
  }
}
