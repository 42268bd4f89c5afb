import { textOfColumn } from '../encode/columnText.js';
import type { FeatureValues } from '../encode/value.js';
import { RecommenderError } from '../error.js';
import { SEEN_FILES, TRANSFORM_FOLDER, VALUES_FILES, type TowerName } from '../format/files.js';
import { checkedFolder, type CheckedFolder } from '../format/manifest.js';
import type { ModelFiles, ReadFile } from '../format/read.js';
import { readSeen } from '../format/seen.js';
import { readValues } from '../format/values.js';
import type { IndexAdapter } from '../search/indexAdapter.js';
import { unlessAborted } from '../unlessAborted.js';
import { attributeColumns } from './attributes.js';
import { catalogueOf, notOfThisModel, type Catalogue } from './catalogue.js';
import { checkKeys, isObject, kindOf } from './checkKeys.js';
import { valuesChecker } from './checkValues.js';
import { encodedBy } from './encoded.js';
import type { Encoded, OpenOptions, RecommenderModel } from './model.js';
import type { Shelf } from './options.js';
import { knownPlace, recommendationsOf, similarTo } from './recommend.js';
import { openRating, openVectors, type Outputs } from './scorer.js';
import { seenBy, withoutSeen } from './seen.js';
import { openRareTower, openTower, type Tower } from './tower.js';
import { openTransform, type Transform } from './transform.js';
import { knownUsers, type KnownUsers } from './users.js';
import { attributesOf } from './where.js';

/**
 * Opens the `model` folder of a completed run by a function that reads its files. Fails with a `RecommenderError` where the files do not
 * belong together, or are not those that the folder's manifest lists.
 */
export async function openModel(
  source: ReadFile | ModelFiles,
  asked: OpenOptions = {},
): Promise<RecommenderModel> {
  const { index, signal } = checkedOptions(asked);
  const files = typeof source === 'function' ? { read: source } : source;
  if (!signal) return modelOf(files, index);
  try {
    const read: ReadFile = (path) => unlessAborted(signal, () => files.read(path, signal));
    return await modelOf({ ...files, read }, index);
  } catch (error) {
    // A file that nobody waited for is none that is missing.
    throw signal.aborted ? signal.reason : error;
  }
}

async function modelOf(files: ModelFiles, index?: IndexAdapter): Promise<RecommenderModel> {
  const folder = await checkedFolder(files);
  const { read } = folder;
  const [transform, query, candidate] = await Promise.all([
    openTransform(read, `${TRANSFORM_FOLDER}/`),
    openTower(read, 'query'),
    openRareTower(folder, 'candidate'),
  ]);
  const { type } = query.document.model;
  if (index && type === 'ranking') {
    throw notOfThisModel('a ranking model has no vectors that an index could find', 'open it without index');
  }
  const catalogue = openCatalogue(transform, candidate);
  const { document } = transform;
  const check = {
    query: valuesChecker('query', document.query, document.columnTypes),
    candidate: valuesChecker('candidate', document.candidate, document.columnTypes),
  };
  const users = await openUsers(folder, transform);
  const sides = {
    query: sideOf(transform, 'query', query, check.query, users.filled),
    candidate: sideOf(transform, 'candidate', candidate, check.candidate),
  };
  const outputOf = { query: sides.query.outputs, candidate: sides.candidate.outputs };
  const [shelf, rating, vectors] = await Promise.all([
    openShelf(folder, catalogue, users),
    type === 'retrieval' ? undefined : openRating(read, catalogue, candidate, outputOf.query),
    type === 'ranking' ? undefined : openVectors(folder, catalogue, { query, candidate }, outputOf, index),
  ]);
  const scorer = vectors ?? rating;
  if (!scorer) throw new Error('a model scores by vectors or by ratings');
  const embed = (tower: TowerName) => (values: FeatureValues) => {
    if (!vectors) {
      throw notOfThisModel('a ranking model has no vectors', 'use predict, score or recommend');
    }
    return vectors.embed[tower](values);
  };
  return {
    type,
    checked: folder.isChecked,
    width: query.document.width,
    get items() {
      return catalogue.ids;
    },
    get users() {
      return shelf.users.texts.all();
    },
    columns: { query: columnsRead(transform, 'query'), candidate: columnsRead(transform, 'candidate') },
    userColumn: idColumn(transform, 'query'),
    attributes: shelf.columns.map(({ name }) => name),
    recommend: (values, options) => recommendationsOf(shelf, scorer, [values], options)[0]!,
    recommendMany: (queries, options) => recommendationsOf(shelf, scorer, queries, options),
    similar: (item, options) =>
      similarTo(shelf, scorer, vectors?.embed.candidate ?? outputOf.candidate, item, options),
    seenBy(values) {
      check.query(values);
      if (!shelf.seenBy) throw withoutSeen('seenBy');
      return Array.from(shelf.seenBy(values), catalogue.idAt);
    },
    attributesOf: (item) => attributesOf(shelf.columns, knownPlace(shelf, item)),
    score(pairs) {
      checkPairs(pairs);
      return scorer.pairs(pairs);
    },
    predict(pairs) {
      if (!rating) throw notOfThisModel('a retrieval model predicts no target', 'use score or recommend');
      checkPairs(pairs);
      return rating.predict(pairs);
    },
    encodeQuery: sides.query.encoded,
    encodeCandidate: sides.candidate.encoded,
    embedQuery: embed('query'),
    embedCandidate: embed('candidate'),
  };
}

function checkedOptions(options: OpenOptions): OpenOptions {
  checkKeys('bad-option', 'the options of open', options, ['index', 'signal']);
  const { index, signal } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new RecommenderError(
      'bad-option',
      `signal is ${kindOf(signal)}`,
      'give the signal of an AbortController, or AbortSignal.timeout(milliseconds)',
    );
  }
  if (index === undefined || (isObject(index) && typeof index.open === 'function')) return options;
  throw new RecommenderError(
    'bad-option',
    `index is ${typeof index === 'string' ? `the text "${String(index)}"` : kindOf(index)}`,
    'give hnsw, which @trainyard/recommender/hnsw exports, or leave it out for the exact index',
  );
}

function openCatalogue(transform: Transform, { document: { idFeature } }: Tower): Catalogue {
  const { columnTypes, trimmed } = transform.document;
  return catalogueOf(
    transform.texts('candidate', idFeature),
    textOfColumn(idColumn(transform, 'candidate'), columnTypes, trimmed),
  );
}

/** What the folder says beyond towers and vectors, as far as it does. */
async function openShelf(folder: CheckedFolder, catalogue: Catalogue, users: KnownUsers): Promise<Shelf> {
  const [hasSeen, hasValues] = await Promise.all([
    folder.has(SEEN_FILES.document),
    folder.has(VALUES_FILES.items.document),
  ]);
  const [seen, values] = await Promise.all([
    hasSeen ? readSeen(folder.read) : undefined,
    hasValues ? readValues(folder.read, 'items') : undefined,
  ]);
  checkSize(SEEN_FILES.document, 'items', seen?.items, catalogue.size);
  checkSize(SEEN_FILES.document, 'users', seen?.users, users.texts.size);
  checkSize(VALUES_FILES.items.document, 'items', values?.entities, catalogue.size);
  return {
    catalogue,
    users,
    columns: values ? attributeColumns(values) : [],
    seenBy: seen && seenBy(seen, users),
  };
}

async function openUsers(folder: CheckedFolder, transform: Transform): Promise<KnownUsers> {
  const { document } = transform;
  const texts = transform.texts('query', document.query.idFeature);
  const { document: file } = VALUES_FILES.users;
  const values = (await folder.has(file)) ? await readValues(folder.read, 'users') : undefined;
  checkSize(file, 'users', values?.entities, texts.size);
  const column = idColumn(transform, 'query');
  return knownUsers(texts, column, textOfColumn(column, document.columnTypes, document.trimmed), values);
}

function checkSize(file: string, what: string, found: number | undefined, known: number): void {
  if (found === undefined || found === known) return;
  throw new RecommenderError(
    'mismatched-files',
    `${file} is of ${found} ${what}, and the model knows ${known}`,
    'copy all files of one run',
  );
}

function idColumn({ document }: Transform, tower: TowerName): string {
  const { features, idFeature } = document[tower];
  return features[idFeature]?.encoded.columns[0] ?? '';
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

/** What one of the towers makes of values, before it and behind it. */
interface Side {
  encoded(this: void, values: FeatureValues): Encoded;
  outputs: Outputs;
}

/** Takes checked values through the transform and the tower. */
function sideOf(
  transform: Transform,
  name: TowerName,
  tower: Tower,
  check: (values: FeatureValues) => void,
  filled = (values: FeatureValues) => values,
): Side {
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
  // New items are rare, and the values of their encoder many.
  let encode = name === 'query' ? transform.encoder(name) : undefined;
  const inputs = (values: FeatureValues) => {
    check(values);
    encode ??= transform.encoder(name);
    return encode(filled(values));
  };
  return {
    encoded: (values) =>
      encodedBy(
        own.features.map((feature) => feature.encoded),
        inputs(values),
      ),
    outputs: (values) => tower.output(inputs(values)),
  };
}
