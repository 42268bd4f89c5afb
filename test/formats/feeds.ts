/** What a graph is fed for rows of values, by what its signature says. */
import { numberOfColumn, textOfColumn } from '@trainyard/recommender/encode/columnText';
import { columnsOf } from '@trainyard/recommender/encode/encodedFeature';
import { secondsOf, type FeatureValues } from '@trainyard/recommender/encode/value';
import type { Transform } from '@trainyard/recommender/model/transform';
import { PER_SECOND } from '@trainyard/shared/timeUnit';
import type { GraphSignature } from '../../trainer-job/export/formats/onnx/signature.js';

/** A tensor as any reader takes it. */
export interface Feed {
  type: GraphSignature['inputs'][number]['type'];
  dims: number[];
  values: readonly (string | number)[];
}

type Input = GraphSignature['inputs'][number];

/** Of the inputs that are made of a row's values. */
export function feedsOf(
  signature: Pick<GraphSignature, 'inputs'>,
  transform: Transform,
  tower: 'query' | 'candidate',
  rows: readonly FeatureValues[],
): Record<string, Feed> {
  const encode = transform.encoder(tower);
  const encodings = rows.map(encode);
  const valuesOf = (input: Input): (string | number)[] => {
    const [column = ''] = input.columns;
    switch (input.form) {
      case 'text': {
        const textOf = textOfColumn(column, transform.document.columnTypes);
        const written = saysYesOrNo(transform, tower, column)
          ? (text: string) => text.trim()
          : (text: string) => text;
        return rows.map((row) => written(textOf(row[column]) ?? String(input.missing)));
      }
      case 'number':
        return rows.map((row) => numberOfColumn(column, transform.document.columnTypes)(row[column]));
      case 'time': {
        const unit = input.unit ?? 's';
        return rows.map((row) => secondsOf(row[column], unit) * PER_SECOND[unit]);
      }
      case 'rows': {
        const [from, to] = placeOf(transform, tower, input.feature ?? '');
        return encodings.flatMap(({ indices }) => Array.from(indices.subarray(from, to)));
      }
      case 'option':
        return [];
    }
  };
  return Object.fromEntries(
    signature.inputs
      .filter(({ form, columns }) => form !== 'option' && columns.length > 0)
      .map((input) => {
        const dims = input.dims.map((size) => (typeof size === 'number' ? size : rows.length));
        return [input.name, { type: input.type, dims, values: valuesOf(input) }];
      }),
  );
}

/** Whether nothing but `boolean` reads the texts of a column: it reads them without blanks around them. */
function saysYesOrNo({ document }: Transform, tower: 'query' | 'candidate', column: string): boolean {
  const readers = document[tower].features.filter(({ encoded }) => encoded.columns[0] === column);
  return readers.every(({ fitted }) => fitted.transform !== 'lookup');
}

function placeOf({ document }: Transform, tower: 'query' | 'candidate', name: string): [number, number] {
  let from = 0;
  for (const { encoded } of document[tower].features) {
    const { indices } = columnsOf(encoded);
    if (encoded.name === name) return [from, from + indices];
    from += indices;
  }
  throw new Error(`no feature of the ${tower} tower is called "${name}"`);
}
