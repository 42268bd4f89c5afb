import { totalColumns, columnsOf, type EncodedFeature } from './encodedFeature.js';
import type { Encodings, FeatureEncoder } from './encoder.js';
import { numberOfColumn, textOfColumn, type ColumnTypes, type TextOf } from './columnText.js';
import { secondsOf, type FeatureValue, type FeatureValues } from './value.js';

export interface TowerFeature {
  encoded: EncodedFeature;
  encoder: FeatureEncoder;
}

/** Encodes one row, all features side by side: `indices` and `numbers` as a tower's table holds them. */
export type TowerEncoder = (values: FeatureValues) => Encodings;

/** `types` are of the columns that hold no texts, as far as they are known, and `trimmed` those whose texts have no blanks at their ends. */
export function encodeTower(
  features: readonly TowerFeature[],
  types?: ColumnTypes,
  trimmed?: readonly string[],
): TowerEncoder {
  const total = totalColumns(features.map(({ encoded }) => encoded));
  const texts = features.map(({ encoded }) =>
    encoded.columns.map((column) => textOfColumn(column, types, trimmed)),
  );
  const numbers = features.map(({ encoded }) => numberOfColumn(encoded.columns[0] ?? '', types));
  return (values) => {
    const to = { indices: new Int32Array(total.indices), numbers: new Float32Array(total.numbers) };
    let [i, n] = [0, 0];
    for (const [f, { encoded, encoder }] of features.entries()) {
      encodeOne(encoder, encoded.columns, { texts: texts[f]!, number: numbers[f]! }, values, to, i, n);
      const own = columnsOf(encoded);
      i += own.indices;
      n += own.numbers;
    }
    return to;
  };
}

function encodeOne(
  encoder: FeatureEncoder,
  columns: readonly string[],
  read: { texts: readonly TextOf[]; number: (value: FeatureValue) => number },
  values: FeatureValues,
  to: Encodings,
  i: number,
  n: number,
): void {
  if (encoder.form === 'text') {
    encoder.encode(
      columns.map((column, c) => read.texts[c]!(ownValue(values, column))),
      to,
      i,
      n,
    );
  } else {
    const value = ownValue(values, columns[0] ?? '');
    encoder.encode(encoder.form === 'time' ? secondsOf(value, encoder.unit) : read.number(value), to, i, n);
  }
}

/** A column may have any name, that of something every object has too. */
function ownValue(values: FeatureValues, column: string): FeatureValue {
  return Object.hasOwn(values, column) ? values[column] : undefined;
}
