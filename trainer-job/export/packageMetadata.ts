/** `metadata.json`: what the folder takes and gives, and how good it is, for whoever packs, registers or serves it. */
import {
  encodedAs,
  FORMAT_SUPPORT,
  metricsSchema,
  type Metrics,
  type ModelFormatName,
} from '@trainyard/shared';
import { modelFormatSchema } from '@trainyard/shared/spec/outputs/outputs';
import type { ItemIndexDocument } from '@trainyard/recommender/format/itemIndex';
import type { Transform } from '@trainyard/recommender/model/transform';
import { z } from 'zod';
import type { TwoTowerModel } from '../model/twoTowerModel.js';

const inputSchema = z.strictObject({
  feature: z.string(),
  columns: z.array(z.strictObject({ name: z.string(), type: z.string() })),
  transform: z.string(),
  /** Whether it identifies the user or the item. */
  id: z.boolean(),
  /** By format: whether the exported model takes values of the columns, or the rows of embeddings that the recommender's encoder makes of them. */
  takes: z.partialRecord(modelFormatSchema, z.enum(['values', 'rows'])),
});

const outputSchema = z.strictObject({
  name: z.string(),
  dtype: z.enum(['string', 'float32']),
  /** -1 stands for as many rows as are given, or as many items as are asked for. */
  shape: z.array(z.int()),
});

const packageMetadataSchema = z.strictObject({
  name: z.string(),
  version: z.string(),
  framework: z.strictObject({
    name: z.literal('trainyard'),
    architecture: z.string(),
    formats: z.array(z.string()),
  }),
  created_at: z.iso.datetime(),
  input_signature: z.strictObject({ query: z.array(inputSchema), candidate: z.array(inputSchema) }),
  output_signature: z.array(outputSchema),
  performance_metrics: z.strictObject({ test: metricsSchema, validation: metricsSchema }),
  /** What opens the folder and each format, by name. */
  requirements: z.record(z.string(), z.string()),
});
export type PackageMetadata = z.infer<typeof packageMetadataSchema>;

export interface Packaged {
  model: TwoTowerModel;
  transform: Transform;
  version: string;
  createdAt: Date;
  testMetrics: Metrics;
  validationMetrics: Metrics;
  /** Formats that were written. */
  formats: readonly ModelFormatName[];
  /** The index that was written, if any. */
  index?: ItemIndexDocument | null;
}

/** What each format is opened with. */
const OPENED_WITH: Readonly<Record<ModelFormatName, Readonly<Record<string, string>>>> = {
  savedModel: { tensorflow: '>=2.12' },
  onnx: { onnxruntime: '>=1.16' },
  tfjs: { '@tensorflow/tfjs-converter': '>=4' },
};

export function packageMetadata(packaged: Packaged): PackageMetadata {
  const { model, version, createdAt, formats, index } = packaged;
  const [name = version] = version.split('#');
  return packageMetadataSchema.parse({
    name,
    version,
    framework: {
      name: 'trainyard',
      architecture: `two-tower ${model.spec.model.type}`,
      formats: [...formats],
    },
    created_at: createdAt.toISOString(),
    input_signature: { query: inputsOf(packaged, 'query'), candidate: inputsOf(packaged, 'candidate') },
    output_signature: outputsOf(model),
    performance_metrics: { test: packaged.testMetrics, validation: packaged.validationMetrics },
    requirements: Object.assign(
      { node: '>=20' },
      index && { [index.library.name]: index.library.version },
      ...formats.map((format) => OPENED_WITH[format]),
    ),
  });
}

function inputsOf(
  { transform: { document }, formats }: Packaged,
  tower: 'query' | 'candidate',
): z.input<typeof inputSchema>[] {
  const { features, idFeature } = document[tower];
  const types: Readonly<Record<string, string>> = document.columnTypes ?? {};
  return features.map(({ encoded, fitted }, i) => ({
    feature: encoded.name,
    columns: encoded.columns.map((name) => ({
      name,
      type: (Object.hasOwn(types, name) ? types[name] : undefined) ?? 'VARCHAR',
    })),
    transform: fitted.transform,
    id: i === idFeature,
    takes: Object.fromEntries(
      formats.flatMap((format) => {
        const takes = FORMAT_SUPPORT[format].transforms[encodedAs(fitted)];
        return takes === 'lacks' ? [] : [[format, takes]];
      }),
    ),
  }));
}

/** By the names that they have in every format that gives them. */
function outputsOf(model: TwoTowerModel): z.input<typeof outputSchema>[] {
  return [
    { name: 'ids', dtype: 'string', shape: [-1, -1] },
    { name: 'scores', dtype: 'float32', shape: [-1, -1] },
    ...(model.spec.model.type === 'ranking'
      ? []
      : [{ name: 'embedding', dtype: 'float32' as const, shape: [-1, model.width] }]),
    ...(model.rating ? [{ name: 'predictions', dtype: 'float32' as const, shape: [-1] }] : []),
  ];
}
