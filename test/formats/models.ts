/** The models that every format is held against the recommender with, and what they are asked. */
import { cp } from 'node:fs/promises';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FeatureValues } from '@trainyard/recommender/encode/value';
import { CASE_NAMES, formatCase, itemsOf, queriesOf } from '../support/formats/formatCases.js';
import type { FormatModel } from '../support/formats/formatModel.js';
import { exportedModel } from '../support/training/exportedModel.js';
import { ITEMS, KINDS, QUERIES, strangeRows, TWINS } from './kinds.js';

const COUNT = 1000;

interface Asked {
  make(this: void): Promise<FormatModel>;
  queries(this: void): readonly FeatureValues[];
  /** Rows of the candidate tower. */
  offered(this: void): readonly FeatureValues[];
}

async function modelOfKind(kind: string): Promise<FormatModel> {
  const { calibration, ...parts } = KINDS[kind]!;
  const { model, directory } = await exportedModel(
    { ...parts, outputs: {} },
    QUERIES,
    ITEMS,
    calibration,
    TWINS,
  );
  return { folder: directory, trained: model, items: ITEMS, isFarOut: false };
}

const MODELS: Readonly<Record<string, Asked>> = {
  ...Object.fromEntries(
    Object.keys(KINDS).map((kind) => [
      kind,
      {
        make: () => modelOfKind(kind),
        queries: () => strangeRows('user', QUERIES.length, COUNT),
        offered: () => strangeRows('item', ITEMS.length, COUNT),
      },
    ]),
  ),
  ...Object.fromEntries(
    CASE_NAMES.map((name) => [
      `columns of many forms, ${name}`,
      {
        make: () => formatCase(name),
        queries: () => queriesOf(name, COUNT),
        offered: () => itemsOf(name, COUNT),
      },
    ]),
  ),
};
export const MODEL_NAMES = Object.keys(MODELS);

interface AskedModel {
  model: FormatModel;
  queries: readonly FeatureValues[];
  offered: readonly FeatureValues[];
}

const made = new Map<string, Promise<AskedModel>>();

/** Made by the first test that asks for it, and there until the run of the tests ends. */
export function modelCalled(name: string): Promise<AskedModel> {
  const known = made.get(name) ?? make(MODELS[name]!);
  made.set(name, known);
  return known;
}

async function make({ make: makeModel, queries, offered }: Asked): Promise<AskedModel> {
  const model = await makeModel();
  const folder = join(mkdtempSync(join(tmpdir(), 'trainyard-formats-')), 'model');
  await cp(model.folder, folder, { recursive: true });
  return { model: { ...model, folder }, queries: queries(), offered: offered() };
}
