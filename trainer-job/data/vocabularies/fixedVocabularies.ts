/** Which list of a `vocabularies.json` is whose. */
import { featureName, type Feature, type Features } from '@trainyard/shared';
import type { Multi } from '@trainyard/shared/spec/shape/multi';
import type { TowerName } from '@trainyard/recommender/format/files';
import { TrainerError } from '../../errors/trainerError.js';

const TOWERS = ['query', 'candidate'] as const;

export interface FixedVocabularies {
  /** The values of a feature in the order of their rows; undefined where the feature has no vocabulary. */
  of(this: void, tower: TowerName, feature: Feature): readonly string[] | undefined;
}

/** Whether rows of the feature's embedding are values that training has seen, instead of hashes or numbers. */
function hasVocabulary(feature: Feature): boolean {
  return feature.transform === 'lookup' || (feature.transform === 'text' && feature.buckets === undefined);
}

/**
 * A list is that of the feature that is called so, in either tower; `query.` and `candidate.` before the name say one of them.
 * Throws a `TrainerError` for a feature without a list, a list without a feature, and a value that no word of a text can be.
 */
export function fixedVocabularies(
  lists: ReadonlyMap<string, readonly string[]>,
  features: Pick<Features, TowerName>,
  file: string,
): FixedVocabularies {
  const keyOf = (tower: TowerName, feature: Feature): string | undefined =>
    [`${tower}.${featureName(feature)}`, featureName(feature)].find((name) => lists.has(name));
  const used = new Set<string>();
  for (const tower of TOWERS) {
    for (const feature of features[tower].filter(hasVocabulary)) {
      const key = keyOf(tower, feature);
      if (key === undefined) throw noList(tower, feature, lists, file);
      used.add(key);
      checkWords(feature, lists.get(key) ?? [], `${JSON.stringify(key)} of ${file}`);
      if (feature.id && lists.get(key)?.length === 0)
        throw wrong(
          `${JSON.stringify(key)} of ${file} is empty, and it is the id of the ${tower} tower`,
          'list the values that shall be known',
        );
    }
  }
  const left = [...lists.keys()].find((name) => !used.has(name));
  if (left !== undefined) throw noFeature(left, features, file);
  return {
    of(tower, feature) {
      const key = hasVocabulary(feature) ? keyOf(tower, feature) : undefined;
      return key === undefined ? undefined : lists.get(key);
    },
  };
}

function noList(
  tower: TowerName,
  feature: Feature,
  lists: ReadonlyMap<string, readonly string[]>,
  file: string,
): TrainerError {
  return wrong(
    `${file} has no vocabulary of ${JSON.stringify(featureName(feature))}, a ${feature.transform} feature of the ${tower} tower; it has ${listed([...lists.keys()])}`,
    'add the list, or name the vocabularies.json of a run with the same features',
  );
}

function noFeature(name: string, features: Pick<Features, TowerName>, file: string): TrainerError {
  const of = (tower: TowerName) => features[tower].map((feature) => ({ tower, feature }));
  const all = TOWERS.flatMap(of);
  const called = all.find(
    ({ tower, feature }) => name === featureName(feature) || name === `${tower}.${featureName(feature)}`,
  );
  if (called && !hasVocabulary(called.feature))
    return wrong(
      `${file} has a vocabulary of ${JSON.stringify(name)}, which is a ${called.feature.transform} feature and has none`,
      'remove the list, or make the feature a lookup',
    );
  const known = all
    .filter(({ feature }) => hasVocabulary(feature))
    .map(({ feature }) => featureName(feature));
  return wrong(
    called
      ? `${file} has a vocabulary of ${JSON.stringify(name)} that nobody takes: another one is named after the tower, too`
      : `${file} has a vocabulary of ${JSON.stringify(name)}, and no feature is called so; those with a vocabulary are ${listed(known)}`,
    'remove the list, or correct its name',
  );
}

/** As `wordsOf` makes them: what is no such word stands in no text. */
function checkWords(feature: Feature, values: readonly string[], what: string): void {
  if (feature.transform === 'lookup' && feature.multi) checkValues(feature.multi, values, what);
  if (feature.transform !== 'text') return;
  const i = values.findIndex((word) => !/^[\p{L}\p{M}\p{N}]+$/u.test(word) || word !== word.toLowerCase());
  if (i < 0) return;
  throw wrong(
    `value ${i} of ${what} is no word, as text features have them`,
    'write words of letters and digits in lower case',
  );
}

/** As rows of several values have them: without blanks around them, and without what parts them. */
function checkValues({ delimiter }: Multi, values: readonly string[], what: string): void {
  const i = values.findIndex(
    (value) =>
      value === '' ||
      value !== value.trim() ||
      (delimiter === undefined ? /^[+-]?\d+\.0$/.test(value) : value.includes(delimiter)),
  );
  if (i < 0) return;
  throw wrong(
    `value ${i} of ${what} can be no value of a row, as the feature's multi reads them`,
    delimiter === undefined
      ? 'write values that are not empty, without blanks at their ends, and whole numbers without .0'
      : `write values that are not empty, without blanks at their ends and without ${JSON.stringify(delimiter)}`,
  );
}

function listed(names: readonly string[]): string {
  const all = [...new Set(names)].map((name) => JSON.stringify(name));
  if (all.length === 0) return 'none';
  return all.length > 20 ? `${all.slice(0, 20).join(', ')} and ${all.length - 20} more` : all.join(', ');
}

function wrong(message: string, remedy: string): TrainerError {
  return new TrainerError('bad-vocabularies', message, remedy, { stage: 'ingest' });
}
