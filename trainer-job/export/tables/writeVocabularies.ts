import { open } from 'node:fs/promises';
import type { FittedFeature } from '@trainyard/recommender/encode/fittedFeature';
import type { Transform } from '@trainyard/recommender/model/transform';

const AT_ONCE = 4096;

/**
 * Writes `vocabularies.json`: by the name of each feature that has one, its values in the order of their rows in the embedding,
 * which begin after that of unknown values; `dataset.vocabularies` takes the file again. Where both towers have a feature of a name with
 * other values, the names begin with the tower, as in `query.city`; so does a name that could be taken for such a one.
 */
export async function writeVocabularies(path: string, transform: Transform): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile('{');
    for (const [i, { name, values }] of named(transform).entries()) {
      await file.writeFile(`${i === 0 ? '' : ','}\n  ${JSON.stringify(name)}: [`);
      for (let from = 0; from < values.length; from += AT_ONCE) {
        const part = values.slice(from, from + AT_ONCE).map((value) => JSON.stringify(value));
        await file.writeFile(`${from === 0 ? '' : ', '}${part.join(', ')}`);
      }
      await file.writeFile(']');
    }
    await file.writeFile('\n}\n');
  } finally {
    await file.close();
  }
}

interface Vocabulary {
  name: string;
  values: readonly string[];
}

function named({ document, vocabulary }: Transform): Vocabulary[] {
  const of = (tower: 'query' | 'candidate') =>
    document[tower].features.flatMap(({ encoded, fitted }, i) =>
      hasVocabulary(fitted) ? [{ tower, name: encoded.name, values: vocabulary(tower, i) }] : [],
    );
  const [query, candidate] = [of('query'), of('candidate')];
  const differ = new Set(
    query.flatMap(({ name, values }) => {
      const other = candidate.find((one) => one.name === name);
      return other && !sameValues(values, other.values) ? [name] : [];
    }),
  );
  const own = candidate.filter(({ name }) => differ.has(name) || !query.some((one) => one.name === name));
  return [...query, ...own].map(({ tower, name, values }) => ({
    name: differ.has(name) || /^(query|candidate)\./.test(name) ? `${tower}.${name}` : name,
    values,
  }));
}

/** One without values has a list all the same: training rows had none, and readers see that. */
function hasVocabulary(fitted: FittedFeature): boolean {
  if (fitted.transform === 'text' || fitted.transform === 'multi') return fitted.buckets === null;
  return fitted.transform === 'lookup';
}

function sameValues(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
