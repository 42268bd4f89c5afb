import { textOfColumn } from '../encode/columnText.js';
import type { FeatureValues } from '../encode/value.js';
import { RecommenderError } from '../error.js';
import { TRANSFORM_FOLDER, type TowerName } from '../format/files.js';
import type { ReadFile } from '../format/read.js';
import { productScores } from '../search/productScores.js';
import { catalogueOf, notOfThisModel, readOutputs, readVectors, type Catalogue } from './catalogue.js';
import { checkKeys, kindOf } from './checkKeys.js';
import { valuesChecker } from './checkValues.js';
import type { Pair, RecommenderModel } from './model.js';
import { openRatingHead } from './ratingHead.js';
import { recommendationsOf } from './recommend.js';
import { openTower, type Tower } from './tower.js';
import { openTransform, type Transform } from './transform.js';

/** Scores of a query with all items of the catalogue, and with one; -1 stands for those that nobody knew in training. */
interface Scorer {
  all(this: void, query: FeatureValues): ArrayLike<number>;
  pairs(this: void, pairs: readonly Pair[]): number[];
}

/** Opens the `model` folder of a completed run; fails with a `RecommenderError` where its files do not belong together. */
export async function openModel(read: ReadFile): Promise<RecommenderModel> {
  const [transform, query, candidate] = await Promise.all([
    openTransform(read, `${TRANSFORM_FOLDER}/`),
    openTower(read, 'query'),
    openTower(read, 'candidate'),
  ]);
  const { type } = query.document.model;
  const catalogue = openCatalogue(transform, candidate);
  const outputOf = {
    query: outputsOf(transform, 'query', query),
    candidate: outputsOf(transform, 'candidate', candidate),
  };
  const rating =
    type === 'retrieval' ? undefined : await openRating(read, catalogue, candidate, outputOf.query);
  const vectors =
    type === 'ranking' ? undefined : await openVectors(read, catalogue, query, candidate, outputOf);
  const scorer = vectors?.scorer ?? rating;
  if (!scorer) throw new Error('a model scores by vectors or by ratings');
  const embed = (tower: TowerName) => (values: FeatureValues) => {
    if (!vectors) {
      throw notOfThisModel('a ranking model has no vectors', 'use predict, score or recommend');
    }
    return vectors.embed[tower](values);
  };
  return {
    type,
    width: query.document.width,
    items: catalogue.ids,
    columns: { query: columnsRead(transform, 'query'), candidate: columnsRead(transform, 'candidate') },
    recommend: (values, options) => recommendationsOf(catalogue, () => scorer.all(values), options),
    score(pairs) {
      checkPairs(pairs);
      return scorer.pairs(pairs);
    },
    predict(pairs) {
      if (!rating) throw notOfThisModel('a retrieval model predicts no target', 'use score or recommend');
      checkPairs(pairs);
      return rating.predict(pairs);
    },
    embedQuery: embed('query'),
    embedCandidate: embed('candidate'),
  };
}

function openCatalogue({ document, vocabulary }: Transform, { document: { idFeature } }: Tower): Catalogue {
  const [column = ''] = document.candidate.features[idFeature]?.encoded.columns ?? [];
  return catalogueOf(vocabulary('candidate', idFeature), textOfColumn(column, document.columnTypes));
}

function columnsRead({ document }: Transform, tower: TowerName): string[] {
  return [...new Set(document[tower].features.flatMap(({ encoded }) => encoded.columns))];
}

function checkPairs(pairs: unknown): void {
  if (!Array.isArray(pairs)) {
    throw new RecommenderError(
      'bad-value',
      `the pairs are ${kindOf(pairs)}`,
      'give a list of { query, item }, where item is an id',
    );
  }
  for (const pair of pairs) checkKeys('bad-value', 'a pair', pair, ['query', 'item']);
}

/** Takes checked values through the transform and the tower. */
function outputsOf(transform: Transform, name: TowerName, tower: Tower) {
  const own = transform.document[name];
  const [known, described] = [own.features.map(({ encoded }) => encoded), tower.document.features].map(
    (features) => JSON.stringify(features),
  );
  if (known !== described) {
    throw new RecommenderError(
      'mismatched-files',
      `the transform and the ${name} tower are of different features`,
      'copy all files of one run',
    );
  }
  const [check, encode] = [valuesChecker(name, own), transform.encoder(name)];
  return (values: FeatureValues): Float32Array => {
    check(values);
    return tower.output(encode(values));
  };
}

type Outputs = (values: FeatureValues) => Float32Array;

async function openVectors(
  read: ReadFile,
  catalogue: Catalogue,
  query: Tower,
  candidate: Tower,
  outputOf: Record<TowerName, Outputs>,
) {
  const { width } = query.document;
  const items = await readVectors(read, catalogue.ids.length, width);
  const embed = {
    query: (values: FeatureValues) => query.scale(outputOf.query(values)),
    candidate: (values: FeatureValues) => candidate.scale(outputOf.candidate(values)),
  };
  const unknown = once(() => embed.candidate({}));
  const scorer: Scorer = {
    all: (values) => productScores(embed.query(values), items),
    pairs: (pairs) => {
      const vectorOf = perQuery(embed.query);
      return pairs.map(({ query: values, item }) => {
        const i = catalogue.indexOf(item);
        const vector = i < 0 ? unknown() : items.subarray(i * width, (i + 1) * width);
        return productScores(vectorOf(values), vector)[0]!;
      });
    },
  };
  return { embed, scorer };
}

async function openRating(
  read: ReadFile,
  catalogue: Catalogue,
  candidate: Tower,
  outputOfQuery: Outputs,
): Promise<Scorer & { predict(this: void, pairs: readonly Pair[]): number[] }> {
  const { width } = candidate.document;
  const { predict, calibrate } = await openRatingHead(read);
  const outputs = await readOutputs(read, catalogue.ids.length, width);
  const ofPairs = (pairs: readonly Pair[]) => {
    const outputOf = perQuery(outputOfQuery);
    return pairs.map(({ query, item }) => {
      const from = (catalogue.indexOf(item) + 1) * width;
      return predict(outputOf(query), outputs.subarray(from, from + width))[0]!;
    });
  };
  return {
    // Items go in order before calibration: an isotonic curve makes many of them equal.
    all: (values) => predict(outputOfQuery(values), outputs.subarray(width)),
    pairs: ofPairs,
    predict: (pairs) => ofPairs(pairs).map(calibrate),
  };
}

/** Computes each query of a call once, however many items it is paired with. */
function perQuery(compute: Outputs): Outputs {
  const known = new Map<FeatureValues, Float32Array>();
  return (values) => {
    const output = known.get(values) ?? compute(values);
    known.set(values, output);
    return output;
  };
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
