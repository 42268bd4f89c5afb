import { valuesOf } from '@trainyard/recommender/encode/multi';
import { wordsOf } from '@trainyard/recommender/encode/text';
import type { FittedFeature } from '@trainyard/recommender/encode/fittedFeature';

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
