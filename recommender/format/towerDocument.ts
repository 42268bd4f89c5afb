import { layerSchema } from '@trainyard/shared/spec/layers';
import { modelSchema } from '@trainyard/shared/spec/model';
import { z } from 'zod';
import { encodedFeatureSchema } from '../encode/encodedFeature.js';
import { savedArraysSchema } from './savedArrays.js';

const common = {
  tower: z.enum(['query', 'candidate']),
  /** Of the output vectors; scores are their products. */
  width: z.int().min(1),
  features: z.array(encodedFeatureSchema),
  /** Position in `features` of the one that identifies the entity. */
  idFeature: z.int().min(0),
  weights: savedArraysSchema,
};

/** `tower.json`: how a tower is built, and where each of its matrices lies in `weights.bin`. Nothing else is needed to embed. */
export const towerDocumentSchema = z.strictObject({
  schemaVersion: z.literal(3),
  ...common,
  layers: z.array(layerSchema),
  /** The model that it is a tower of. */
  model: z.strictObject({
    type: z.enum(['retrieval', 'ranking', 'hybrid']),
    similarity: z.enum(['dot', 'cosine']),
    /** `learned`: it is the exponential of `query/logTemperature`, one of the query tower's matrices. */
    temperature: z.union([z.number().gt(0), z.literal('learned')]),
  }),
});
export type TowerDocument = z.infer<typeof towerDocumentSchema>;

/** Version 2 had the whole specification of the run in it, of which the model alone matters here. */
const towerDocumentV2Schema = z
  .strictObject({
    schemaVersion: z.literal(2),
    ...common,
    spec: z.looseObject({ model: modelSchema }),
  })
  .transform(({ spec, ...rest }): TowerDocument => {
    const { type, similarity, temperature } = spec.model;
    return {
      ...rest,
      schemaVersion: 3,
      layers: spec.model[rest.tower].layers,
      model: { type, similarity, temperature: typeof temperature === 'number' ? temperature : 'learned' },
    };
  });

export const TOWER_VERSIONS: Readonly<Record<number, z.ZodType<TowerDocument>>> = {
  2: towerDocumentV2Schema,
  3: towerDocumentSchema,
};
