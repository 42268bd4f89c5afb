import { open } from 'node:fs/promises';
import type { Transform } from '@trainyard/recommender/model/transform';

const AT_ONCE = 4096;

/**
 * Writes `vocabularies.json`: by the name of each feature that has one, its values in the order of their rows in the embedding,
 * which begin after that of unknown values. Where both towers have a feature of a name with other values, the names begin with the
 * tower, as in `query.city`.
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
    document[tower].features.flatMap(({ encoded, vocabulary: { size } }, i) =>
      size === 0 ? [] : [{ tower, name: encoded.name, values: vocabulary(tower, i) }],
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
    name: differ.has(name) ? `${tower}.${name}` : name,
    values,
  }));
}

function sameValues(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
