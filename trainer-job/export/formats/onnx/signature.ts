/** What the graphs of a model take and give, for programs that do not know the model. */
import { timeUnitSchema } from '@trainyard/shared/timeUnit';
import { z } from 'zod';
import type { BuiltGraph } from './graphs.js';
import { IR_VERSION, OPSETS } from './onnxFile.js';
import { DATA_TYPES } from './onnxProto.js';

const elementTypes = z.enum(Object.keys(DATA_TYPES) as (keyof typeof DATA_TYPES)[]);
/** A size, or the name of one that each call decides. */
const dims = z.array(z.union([z.int().min(0), z.string()]));

const graphSignatureSchema = z.strictObject({
  inputs: z.array(
    z.strictObject({
      name: z.string(),
      /** `rows` are made by the recommender's encoder, `option` is none of the query's values. */
      form: z.enum(['text', 'number', 'time', 'rows', 'option']),
      /** The columns of the data that it is made of. */
      columns: z.array(z.string()),
      /** The feature whose rows it takes, of `rows`. */
      feature: z.string().optional(),
      type: elementTypes,
      dims,
      /** What stands for a missing value; of an option, what it is where nothing is wanted. */
      missing: z.union([z.string(), z.number()]),
      /** Of times. */
      unit: timeUnitSchema.optional(),
      description: z.string(),
    }),
  ),
  outputs: z.array(z.strictObject({ name: z.string(), type: elementTypes, dims, description: z.string() })),
});
export type GraphSignature = z.infer<typeof graphSignatureSchema>;

/** `onnx/signature.json`. */
export const onnxSignatureSchema = z.strictObject({
  schemaVersion: z.literal(1),
  irVersion: z.int(),
  opsets: z.array(z.strictObject({ domain: z.string(), version: z.int() })),
  /** By the path of the model. */
  models: z.record(z.string(), graphSignatureSchema),
});
export type OnnxSignature = z.infer<typeof onnxSignatureSchema>;

export function signatureOf({ inputs, outputs }: Pick<BuiltGraph, 'inputs' | 'outputs'>): GraphSignature {
  return graphSignatureSchema.parse({ inputs, outputs });
}

export function signatureDocument(models: Readonly<Record<string, GraphSignature>>): OnnxSignature {
  return {
    schemaVersion: 1,
    irVersion: IR_VERSION,
    opsets: OPSETS.map(({ domain, version }) => ({ domain: domain === '' ? 'ai.onnx' : domain, version })),
    models: { ...models },
  };
}
