/** The transform of a run: what turns values by column into what the towers take. */
import { encoderOf } from '../encode/fittedFeature.js';
import { encodeTower, type TowerEncoder } from '../encode/towerEncoder.js';
import { RecommenderError } from '../error.js';
import { TEXTS_FILE, TRANSFORM_FILE, type TowerName } from '../format/files.js';
import { readBytes, readDocument, type ReadFile } from '../format/read.js';
import { packedTexts, type Texts } from '../format/texts.js';
import { TRANSFORM_VERSIONS, type TransformDocument } from '../format/transformDocument.js';

export interface Transform {
  document: TransformDocument;
  /** Encodes a row by the code that encoded the training data. */
  encoder(this: void, tower: TowerName): TowerEncoder;
  /** The values of the feature at that position: element i is row i + 1 of an id's embedding. */
  vocabulary(this: void, tower: TowerName, feature: number): string[];
  /** The same, decoded when they are asked for. */
  texts(this: void, tower: TowerName, feature: number): Texts;
}

/** Reads `transform.json` and `transform.bin`; `folder` ends in `/`, or is empty. */
export async function openTransform(read: ReadFile, folder = ''): Promise<Transform> {
  const document = await readDocument(read, `${folder}${TRANSFORM_FILE}`, TRANSFORM_VERSIONS);
  const binary = await readBytes(read, `${folder}${TEXTS_FILE}`);
  for (const { vocabulary: place } of [...document.query.features, ...document.candidate.features]) {
    if (place.offset + place.bytes <= binary.length) continue;
    throw new RecommenderError(
      'mismatched-files',
      `${folder}${TEXTS_FILE} is cut off`,
      'copy all files of one run, whole',
    );
  }
  const unpacked = new Map<string, Texts>();
  const textsOf = (tower: TowerName, feature: number): Texts => {
    const found = document[tower].features[feature];
    if (!found) {
      throw new RecommenderError(
        'mismatched-files',
        `${folder}${TRANSFORM_FILE}: the ${tower} tower has no feature ${feature}`,
        'copy all files of one run',
      );
    }
    const key = `${tower} ${feature}`;
    const { size, offset, bytes } = found.vocabulary;
    const texts = unpacked.get(key) ?? packedTexts(binary.subarray(offset, offset + bytes), size);
    unpacked.set(key, texts);
    return texts;
  };
  return {
    document,
    texts: textsOf,
    vocabulary: (tower, feature) => [...textsOf(tower, feature).all()],
    encoder: (tower) =>
      encodeTower(
        document[tower].features.map(({ encoded, fitted }, i) => ({
          encoded,
          encoder: encoderOf(fitted, textsOf(tower, i).all()),
        })),
        document.columnTypes,
        document.trimmed,
      ),
  };
}
