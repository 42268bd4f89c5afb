import { openTransform } from '@trainyard/recommender/model/transform';
import { readDirectory } from '@trainyard/recommender/node';
import type { ModelFormatName } from '@trainyard/shared';
import { beforeAll, describe, expect, it } from 'vitest';
import { exportedModel } from '../../../test/support/training/exportedModel.js';
import { useWasm } from '../../../test/support/training/backend.js';
import type { FormatContext, ModelFormat } from './format.js';
import { writeFormats } from './writeFormats.js';

beforeAll(useWasm);

async function contextOf(formats?: ModelFormatName[]): Promise<FormatContext> {
  const { model, directory } = await exportedModel(
    {
      features: {
        query: [{ column: 'user', transform: 'lookup', id: true }],
        candidate: [{ column: 'item', transform: 'lookup', id: true }],
      },
      model: { query: { layers: [] }, candidate: { layers: [] } },
    },
    [{ user: 'u' }],
    [{ item: 'i' }, { item: 'j' }],
  );
  const { query, candidate } = model;
  const none = { count: 0, query: new Int32Array(), item: new Int32Array() };
  const transform = await openTransform(readDirectory(directory), 'transform/');
  return {
    model,
    data: {
      query: query.data,
      candidate: candidate.data,
      splits: { train: none, validation: none, test: none },
    },
    spec: { ...model.spec, outputs: { ...(formats && { formats }) } },
    items: transform.vocabulary('candidate', candidate.data.idFeature),
    version: 'test#1',
    createdAt: new Date(0),
    folder: directory,
    between: async () => {},
  };
}

function format(name: ModelFormatName, lacks: string[] = []): ModelFormat {
  return { name, lacks: () => lacks, write: async ({ items }) => ({ [name]: `${name}/${items.join('+')}` }) };
}
const TABLE = [format('savedModel'), format('onnx', ['weights of more than 2 GB', 'that']), format('tfjs')];

describe('the formats beside the folder of a model', () => {
  it('are all that can hold it where none is named, and what cannot is said', async () => {
    expect(await writeFormats(await contextOf(), TABLE)).toEqual({
      artifacts: { savedModel: 'savedModel/i+j', tfjs: 'tfjs/i+j' },
      written: ['savedModel', 'tfjs'],
      leftOut: ['the model is not exported as "onnx", which cannot have weights of more than 2 GB and that'],
    });
  });

  it('are those that are named', async () => {
    const { artifacts, leftOut } = await writeFormats(await contextOf(['tfjs']), TABLE);
    expect([Object.keys(artifacts), leftOut]).toEqual([['tfjs'], []]);
    expect(await writeFormats(await contextOf([]), TABLE)).toEqual({
      artifacts: {},
      written: [],
      leftOut: [],
    });
  });
});
