/** Named, versioned parts of specifications. A version never changes; a specification names one and is stored with its content. */
import { z } from 'zod';
import { instantSchema } from '../common.js';
import { datasetSchema } from './dataset.js';
import { featuresSchema } from './features.js';
import { modelSchema } from './model.js';
import { trainingSpecShape, withRequestRules } from './trainingSpec.js';

export const presetIdSchema = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,62}$/,
    'must be 1 to 63 of a-z, 0-9, ".", "_" and "-", starting with a letter or digit',
  );
export const presetVersionSchema = z.int().min(1).max(1_000_000);

/** The content of each kind of preset, by the last segment of its API path. */
export const presetContentSchemas = {
  datasets: datasetSchema,
  'feature-configs': featuresSchema,
  'model-configs': modelSchema,
} as const;
export type PresetKind = keyof typeof presetContentSchemas;
export const presetKindSchema = z.enum(['datasets', 'feature-configs', 'model-configs']);

/** The section of a specification that a kind of preset fills. */
export const PRESET_SECTIONS = {
  datasets: 'dataset',
  'feature-configs': 'features',
  'model-configs': 'model',
} as const satisfies Record<PresetKind, string>;

/** In place of a section: a preset, its newest version unless one is given. */
export const presetReferenceSchema = z.strictObject({
  preset: presetIdSchema,
  version: presetVersionSchema.optional(),
});
export type PresetReference = z.infer<typeof presetReferenceSchema>;

const orPreset = <T extends z.ZodType>(section: T) => z.union([presetReferenceSchema, section]);

/** A specification as a request brings it: sections may be references to presets. */
export const unresolvedSpecSchema = withRequestRules(
  z.strictObject({
    ...trainingSpecShape,
    dataset: orPreset(datasetSchema),
    features: orPreset(featuresSchema),
    model: orPreset(modelSchema).prefault({}),
  }),
);
export type UnresolvedSpec = z.infer<typeof unresolvedSpecSchema>;

export function isPresetReference(section: object): section is PresetReference {
  return 'preset' in section;
}

/** A preset's version as a run names it: `datasets/purchases@3`. */
export const presetRefSchema = z
  .string()
  .regex(/^(datasets|feature-configs|model-configs)\/[a-z0-9._-]+@\d+$/);
export function presetRef(kind: PresetKind, id: string, version: number): string {
  return `${kind}/${id}@${version}`;
}

/** `datasets/{id}`, `featureConfigs/{id}`, `modelConfigs/{id}`. */
export const presetSchema = z.strictObject({
  schemaVersion: z.literal(1),
  id: presetIdSchema,
  /** The newest version; versions are numbered from 1 and a number is never used again. */
  latestVersion: presetVersionSchema,
  description: z.string().max(1000),
  createdBy: z.string(),
  createdAt: instantSchema,
  updatedAt: instantSchema,
});
export type Preset = z.infer<typeof presetSchema>;

const versionFields = {
  schemaVersion: z.literal(1),
  version: presetVersionSchema,
  digest: z.string(),
  createdBy: z.string(),
  createdAt: instantSchema,
  /** Somebody is deleting it: no new run may use it. */
  deleting: z.boolean(),
};
/** `…/versions/{n}` of each kind. */
export const presetVersionSchemas = {
  datasets: z.strictObject({ ...versionFields, content: datasetSchema }),
  'feature-configs': z.strictObject({ ...versionFields, content: featuresSchema }),
  'model-configs': z.strictObject({ ...versionFields, content: modelSchema }),
} as const;
export type PresetVersion<K extends PresetKind = PresetKind> = z.infer<(typeof presetVersionSchemas)[K]>;
