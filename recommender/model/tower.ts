import type { Encodings } from '../encode/encoder.js';
import { RecommenderError } from '../error.js';
import { TOWER_FILE, TOWER_FOLDERS, WEIGHTS_FILE, type TowerName } from '../format/files.js';
import type { CheckedFolder } from '../format/manifest.js';
import { readBytes, readDocument, type ReadFile } from '../format/read.js';
import { weightsOf } from '../format/savedArrays.js';
import { TOWER_VERSIONS, type TowerDocument } from '../format/towerDocument.js';
import { scaling } from '../layers/scaling.js';
import { sequence } from '../layers/sequence.js';
import { towerInput } from '../layers/towerInput.js';

export interface Tower {
  document: TowerDocument;
  /** [width] of one entity, what a rating head takes. Fails where a number is so large that single precision has none for it. */
  output(this: void, encodings: Encodings): Float32Array;
  /** The vector whose products are scores, [width], of an output. */
  scale(this: void, output: Float32Array): Float32Array;
}

/** Fails where the files do not belong together. */
export async function openTower(read: ReadFile, name: TowerName): Promise<Tower> {
  const path = `${TOWER_FOLDERS[name]}/${TOWER_FILE}`;
  const document = await readDocument(read, path, TOWER_VERSIONS);
  if (document.tower !== name) {
    throw new RecommenderError(
      'mismatched-files',
      `${path} describes the ${document.tower} tower`,
      'copy all files of one run, each to its place',
    );
  }
  return towerOf(name, document, await readBytes(read, weightsPath(name)));
}

/**
 * The same of a tower that is rarely asked: where the folder can be read again, its weights are checked, and are in memory from its first use on
 * only. Those of the items take as much as their vectors.
 */
export async function openRareTower(folder: CheckedFolder, name: TowerName): Promise<Tower> {
  const tower = await openTower(folder.read, name);
  const again = await folder.keep(weightsPath(name));
  if (!again) return tower;
  const { document, scale } = tower;
  let used: Tower | undefined;
  return {
    document,
    output: (encodings) => (used ??= towerOf(name, document, again())).output(encodings),
    scale,
  };
}

const weightsPath = (name: TowerName) => `${TOWER_FOLDERS[name]}/${WEIGHTS_FILE}`;

function towerOf(name: TowerName, document: TowerDocument, bytes: Uint8Array): Tower {
  const { features, layers, model, weights: entries, width } = document;
  const weights = weightsOf(bytes, TOWER_FOLDERS[name], TOWER_FILE, entries);
  const input = towerInput(name, features, weights);
  const tower = sequence(name, input.width, layers, weights);
  if (tower.width !== width) {
    throw new RecommenderError(
      'mismatched-files',
      `${TOWER_FOLDERS[name]}/${TOWER_FILE}: the layers end in width ${tower.width}, and its "width" is ${width}`,
      'export the model again',
    );
  }
  const temperature =
    name === 'candidate'
      ? 1
      : model.temperature === 'learned'
        ? Math.exp(weights('query/logTemperature', 1, 1)[0]!)
        : model.temperature;
  return {
    document,
    output: (encodings) => finite(name, tower.forward(input.of(encodings))),
    scale: scaling(model.similarity, temperature),
  };
}

/** A vector that is not finite has no products to go by: every item would be as good as any other. */
function finite(name: TowerName, output: Float32Array): Float32Array {
  if (output.every(Number.isFinite)) return output;
  throw new RecommenderError(
    'bad-value',
    `the values of the ${name} tower have a number that is too large: their vector is not finite`,
    'give numbers of the size that the data have, or null for a missing one',
  );
}
