import { POOLINGS } from '@trainyard/shared/spec/shape/multi';
import { z } from 'zod';

/** The feature's name and the columns of the source that it is made of. */
const common = { name: z.string(), columns: z.array(z.string()), transform: z.string() };

/** What a feature contributes to its tower's input, and the columns of integers or numbers that encode it. */
export const encodedFeatureSchema = z.discriminatedUnion('kind', [
  /**
   * The rows of an embedding [rows, dim] that `indices` columns of integers name, as one vector; -1 names none. One column is
   * the row itself; a bag without any row is 0.
   */
  z.strictObject({
    ...common,
    kind: z.literal('embedding'),
    rows: z.int().min(1),
    dim: z.int().min(1),
    indices: z.int().min(1),
    /** How several rows become one vector; their mean where it is not given. */
    pooling: z.enum(POOLINGS).optional(),
  }),
  /** `width` columns of float32 as they are. */
  z.strictObject({ ...common, kind: z.literal('numbers'), width: z.int().min(1) }),
]);
export type EncodedFeature = z.infer<typeof encodedFeatureSchema>;
export type EmbeddedFeature = Extract<EncodedFeature, { kind: 'embedding' }>;

/** Columns that a feature takes in the tables of integers and of numbers. */
export function columnsOf(feature: EncodedFeature): { indices: number; numbers: number } {
  return feature.kind === 'embedding'
    ? { indices: feature.indices, numbers: 0 }
    : { indices: 0, numbers: feature.width };
}

/** Of several features side by side. */
export function totalColumns(features: readonly EncodedFeature[]): { indices: number; numbers: number } {
  let [indices, numbers] = [0, 0];
  for (const feature of features) {
    indices += columnsOf(feature).indices;
    numbers += columnsOf(feature).numbers;
  }
  return { indices, numbers };
}

/** How much of the tower's input a feature makes. */
export function inputWidthOf(feature: EncodedFeature): number {
  return feature.kind === 'embedding' ? feature.dim : feature.width;
}
