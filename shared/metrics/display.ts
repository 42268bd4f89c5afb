import { whole } from '../whole.js';
import { METRIC_SPLITS, type MetricDisplay, type MetricSplit, type MetricTable } from './family.js';
import { parseMetricName } from './names.js';
import { METRICS } from './table.js';

/** For names that the table does not know. */
const OTHER: MetricDisplay = { as: 'number', digits: 4 };

/** A value as people read it, alike in every locale; a dash where there is none. */
export function formatMetric(name: string, value: number | undefined, table: MetricTable = METRICS): string {
  if (value === undefined) return '–';
  const text = formatted(parseMetricName(name, table)?.family.display ?? OTHER, value);
  return Number(text) === 0 ? text.replace('-', '') : text;
}

function formatted(display: MetricDisplay, value: number): string {
  switch (display.as) {
    case 'share':
      return value.toFixed(display.digits);
    case 'number': {
      const isSmall = value !== 0 && Math.abs(value) < 10 ** (2 - display.digits);
      return isSmall ? value.toPrecision(3) : value.toFixed(display.digits);
    }
    case 'count':
      return whole(value);
    case 'currency':
      return value.toLocaleString('en-US', {
        style: 'currency',
        currency: display.currency,
        minimumFractionDigits: display.digits,
        maximumFractionDigits: display.digits,
      });
  }
}

const SPLIT_WORDS: Readonly<Record<MetricSplit, string>> = {
  training: '',
  train: 'train ',
  validation: 'val ',
  test: 'test ',
  data: 'data ',
  serving: 'serving ',
};

/**
 * A short title, as of a column: `recall@10`, `val loss`. The split stands before it where the name has it, unless the table
 * around says it (`without`). A name that the table does not know is its own title.
 */
export function metricTitle(name: string, without?: MetricSplit, table: MetricTable = METRICS): string {
  const parsed = parseMetricName(name, table);
  if (!parsed) return name;
  const { family, split, k } = parsed;
  const isSaid = split !== without && split !== family.unprefixed;
  const title = family.name.replaceAll('_', ' ');
  return `${isSaid ? SPLIT_WORDS[split] : ''}${title}${k === null ? '' : `@${k}`}`;
}

/** What a split is called within a sentence. */
export function splitTitle(split: MetricSplit): string {
  if (split === 'training') return 'of training as it goes';
  if (split === 'data') return 'of the data';
  return split === 'serving' ? 'of serving' : `on the ${split} split`;
}

/** Every split in words, for pages. */
export const SPLIT_MEANINGS: Readonly<Record<MetricSplit, string>> = {
  training: 'the batches of an epoch, as the model learned from them',
  train: 'a sample of the training rows after the epoch, where `evaluation.trainSample` asks for one',
  validation: 'the validation rows after the epoch',
  test: 'the test rows, once, with the weights that were kept',
  data: 'all rows, before they are split, by the stage `validate`: for gates alone',
  serving: 'the exported model, as `@trainyard/recommender` answers queries by it: for gates alone',
};

export function inSplitOrder(splits: readonly MetricSplit[]): MetricSplit[] {
  return METRIC_SPLITS.filter((split) => splits.includes(split));
}
