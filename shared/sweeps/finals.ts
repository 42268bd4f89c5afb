/** The trainings of trials as versions: on which rows, and how each is told from the others. */
import { isRecord } from '../isRecord.js';
import type { TrainingSpec } from '../spec/trainingSpec.js';
import type { Parameters } from './parameter.js';
import { shortKeys } from './shownKeys.js';
import { valueText } from './valueText.js';
import type { FinalRun, SweepView } from './view.js';

/** The share of the rows that is read with these changes of the specification, each after those before it; null of all rows. */
export function sampledShare(
  { dataset }: Pick<TrainingSpec, 'dataset'>,
  ...changes: readonly Parameters[]
): number | null {
  let share = dataset.sample?.share ?? null;
  for (const change of changes) {
    const of = (key: string, otherwise: unknown) => (Object.hasOwn(change, key) ? change[key] : otherwise);
    const section = of('dataset', undefined);
    if (isRecord(section)) share = shareIn(section['sample']);
    const sample = of('dataset.sample', undefined);
    if (sample !== undefined) share = shareIn(sample);
    const alone = of('dataset.sample.share', undefined);
    if (typeof alone === 'number') share = alone;
  }
  return share;
}

function shareIn(sample: unknown): number | null {
  return isRecord(sample) && typeof sample['share'] === 'number' ? sample['share'] : null;
}

/** `10 % of the rows` */
export function rowsText(share: number | null): string {
  return share === null ? 'all rows' : `${Number((100 * share).toPrecision(3))} % of the rows`;
}

/** Those of the best trial first, and of one trial the newest. */
export function finalsInOrder({ finals, best }: Pick<SweepView, 'finals' | 'best'>): FinalRun[] {
  const isBest = ({ trial }: FinalRun) => trial === best?.number;
  return finals.toReversed().toSorted((a, b) => Number(isBest(b)) - Number(isBest(a)));
}

/** `epochs=20 sample=null`; empty where nothing is otherwise than in the trial. */
export function overridesText({ overrides }: Pick<FinalRun, 'overrides'>): string {
  const keys = Object.keys(overrides);
  return shortKeys(keys)
    .map((name, i) => `${name}=${valueText(overrides[keys[i] ?? name])}`)
    .join(' ');
}
