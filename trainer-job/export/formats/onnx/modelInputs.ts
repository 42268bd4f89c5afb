/** What a graph takes for the features of a tower: values of columns, or rows of embeddings where only the recommender can tell which. */
import { encodedAs, FORMAT_SUPPORT } from '@trainyard/shared';
import { assertNever } from '@trainyard/shared/common';
import type { EncodedFeature } from '@trainyard/recommender/encode/encodedFeature';
import type { FittedFeature } from '@trainyard/recommender/encode/fittedFeature';
import { TIME_UNIT_WORDS, type TimeUnit } from '@trainyard/shared/timeUnit';
import type { TowerSource } from '../graph/modelSource.js';
import type { Dimension, ElementType } from './onnxProto.js';

/** A feature of a tower with what `transform` fitted. */
export interface FittedInput {
  encoded: EncodedFeature;
  fitted: FittedFeature;
  vocabulary: readonly string[];
}

/** The features of a tower in their order. */
export function fittedInputs({ transform, vocabulary }: TowerSource): FittedInput[] {
  return transform.features.map(({ encoded, fitted }, f) => ({ encoded, fitted, vocabulary: vocabulary(f) }));
}

type FeatureForm = 'text' | 'number' | 'time' | 'rows';

export interface ModelInput {
  name: string;
  form: FeatureForm | 'option';
  /** The columns that the value is of: one, unless it is the rows of a cross. */
  columns: readonly string[];
  /** The feature whose rows it takes. */
  feature?: string;
  type: ElementType;
  dims: readonly Dimension[];
  /** What stands for a missing value. */
  missing: string | number;
  /** What numbers that are times count. */
  unit?: TimeUnit;
  description: string;
}

/** The name of the dimension that all inputs have first. */
export const ROWS = 'rows';

const OWN_NAMES: readonly string[] = 'k seen item ids scores embedding output predictions'.split(' ');

export interface TowerInputs {
  features: readonly FittedInput[];
  inputs: readonly ModelInput[];
  /** Of the feature at the same place. */
  taken: readonly ModelInput[];
}

/** One input for each column and form, in the order of the features, and which of them each feature takes. */
export function modelInputs(features: readonly FittedInput[]): TowerInputs {
  const inputs = new Map<string, ModelInput>();
  const names = new Set(OWN_NAMES);
  const nameOf = (wanted: string, form: string) => {
    let name = form === 'rows' ? `${wanted}:rows` : wanted;
    if (names.has(name)) name = `${wanted}:${form}`;
    for (let i = 2; names.has(name); i++) name = `${wanted}:${form}${i}`;
    names.add(name);
    return name;
  };
  const taken = features.map((feature) => {
    const form = formOf(feature.fitted);
    const [column = ''] = feature.encoded.columns;
    const key = JSON.stringify(form === 'rows' ? [form, feature.encoded.name] : [form, column]);
    const found = inputs.get(key);
    if (found) return found;
    const wanted = form === 'rows' ? feature.encoded.name : column;
    const input = inputOf(form, nameOf(wanted, form), feature, features);
    inputs.set(key, input);
    return input;
  });
  return { features, inputs: [...inputs.values()], taken };
}

function formOf(fitted: FittedFeature): FeatureForm {
  if (FORMAT_SUPPORT.onnx.transforms[encodedAs(fitted)] === 'rows') return 'rows';
  switch (fitted.transform) {
    case 'lookup':
    case 'boolean':
      return 'text';
    case 'normalize':
    case 'bucketize':
      return 'number';
    case 'cyclical':
      return 'time';
    case 'hash':
    case 'cross':
    case 'text':
    case 'multi':
      throw new Error(`a graph takes the rows of a ${fitted.transform}`);
    default:
      return assertNever(fitted);
  }
}

function inputOf(
  form: FeatureForm,
  name: string,
  { encoded, fitted }: FittedInput,
  all: readonly FittedInput[],
): ModelInput {
  const [column = ''] = encoded.columns;
  const common = { name, form, columns: encoded.columns, dims: [ROWS] };
  switch (form) {
    case 'text': {
      const missing = textThatIsNone(vocabulariesOf(column, all));
      const description = `Texts of the column "${column}", as the data write them; a missing value is ${JSON.stringify(missing)}.`;
      return { ...common, type: 'string', missing, description };
    }
    case 'number':
      return {
        ...common,
        type: 'float64',
        missing: 'NaN',
        description: `Numbers of the column "${column}"; a missing value is NaN.`,
      };
    case 'time': {
      const unit = ('unit' in fitted ? fitted.unit : undefined) ?? 's';
      const description = `Times of the column "${column}" in ${TIME_UNIT_WORDS[unit]} since 1970 UTC; a missing value is NaN.`;
      return { ...common, type: 'float64', missing: 'NaN', unit, description };
    }
    case 'rows': {
      const indices = encoded.kind === 'embedding' ? encoded.indices : 1;
      const rows = indices === 1 ? 'Row' : `Rows, ${indices} columns of them,`;
      return {
        ...common,
        feature: encoded.name,
        type: 'int32',
        dims: indices === 1 ? [ROWS] : [ROWS, indices],
        missing: -1,
        description: `${rows} of the embedding of the feature "${encoded.name}" (${encoded.transform}), which the recommender's encoder makes; -1 is none.`,
      };
    }
    default:
      return assertNever(form);
  }
}

function vocabulariesOf(column: string, all: readonly FittedInput[]): ReadonlySet<string> {
  return new Set(
    all.flatMap(({ encoded, fitted, vocabulary }) =>
      fitted.transform === 'lookup' && encoded.columns[0] === column ? vocabulary : [],
    ),
  );
}

/** A text that is none of these: empty, where that may be. */
export function textThatIsNone(texts: ReadonlySet<string>): string {
  let text = '';
  for (let i = 1; texts.has(text); i++) text = `<none${i === 1 ? '' : ` ${i}`}>`;
  return text;
}
