/** Named, versioned parts of specifications. A version never changes; a specification names one and is stored with its content. */
import { z } from 'zod';
import { instantSchema } from '../common.js';
import { described } from '../described.js';
import { datasetSchema } from './dataset.js';
import { featuresSchema } from './features.js';
import { modelSchema } from './model.js';
import type { PresetKind } from '../presetSections.js';
import { trainingSpecShape, withRequestRules } from './trainingSpec.js';

export const presetIdSchema = described(
  z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9._-]{0,62}$/,
      'must be 1 to 63 of a-z, 0-9, ".", "_" and "-", starting with a letter or digit',
    ),
  'The id of the preset.',
  'purchases',
);
export const presetVersionSchema = described(
  z.int().min(1).max(1_000_000),
  'The number of a version of the preset, from 1. A number is never used again.',
  3,
);

/** The content of each kind of preset, by the last segment of its API path. */
export const presetContentSchemas = {
  datasets: datasetSchema,
  'feature-configs': featuresSchema,
  'model-configs': modelSchema,
} as const satisfies Record<PresetKind, z.ZodType>;
export const presetKindSchema = z.enum(['datasets', 'feature-configs', 'model-configs']);

export const presetReferenceSchema = described(
  z.strictObject({
    preset: described(
      presetIdSchema.clone(),
      'The id of the preset whose content takes the place of the section.',
      'purchases',
    ),
    version: described(
      presetVersionSchema.optional(),
      'The version of the preset; the newest unless given.',
      3,
    ),
  }),
  'A preset in the place of a section.',
);
export type PresetReference = z.infer<typeof presetReferenceSchema>;

const orPreset = <T extends z.ZodType>(section: T) => z.union([presetReferenceSchema, section]);

/** A specification as a request brings it: sections may be references to presets. */
export const unresolvedSpecSchema = withRequestRules(
  z.strictObject({
    ...trainingSpecShape,
    dataset: described(
      orPreset(datasetSchema),
      'The rows: where they are, how they become a table, and how they are divided. Or a preset of the kind `datasets`.',
    ),
    features: described(
      orPreset(featuresSchema),
      'What the towers see of a row, and what is predicted. Or a preset of the kind `feature-configs`.',
    ),
    model: described(
      orPreset(modelSchema).prefault({}),
      'The two towers, and what is made of their outputs. Or a preset of the kind `model-configs`.',
    ),
  }),
);
export type UnresolvedSpec = z.infer<typeof unresolvedSpecSchema>;

export function isPresetReference(section: object): section is PresetReference {
  return 'preset' in section;
}

export const presetRefSchema = described(
  z.string().regex(/^(datasets|feature-configs|model-configs)\/[a-z0-9._-]+@\d+$/),
  'A version of a preset as a run names it.',
  'datasets/purchases@3',
);
export function presetRef(kind: PresetKind, id: string, version: number): string {
  return `${kind}/${id}@${version}`;
}

const schemaVersion = described(z.literal(1), 'The version of the form that the document has.');
const createdBy = described(z.string(), 'Who made it.', 'ada@example.com');

/** `datasets/{id}`, `featureConfigs/{id}`, `modelConfigs/{id}`. */
export const presetSchema = z.strictObject({
  schemaVersion,
  id: presetIdSchema,
  latestVersion: described(presetVersionSchema.clone(), 'The number of the newest version.', 3),
  description: described(z.string().max(1000), 'What it is for, in words.', 'All purchases since 2024'),
  createdBy,
  createdAt: described(instantSchema.clone(), 'When the first version was made.', '2026-11-20T19:18:25.000Z'),
  updatedAt: described(
    instantSchema.clone(),
    'When the newest version was made.',
    '2026-11-21T08:00:00.000Z',
  ),
});
export type Preset = z.infer<typeof presetSchema>;

const versionFields = {
  schemaVersion,
  version: presetVersionSchema,
  digest: described(
    z.string(),
    'The digest of the content with every default filled in: `sha256:` and the hexadecimal SHA-256 of its canonical JSON.',
    'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  ),
  createdBy,
  createdAt: described(instantSchema.clone(), 'When the version was made.', '2026-11-21T08:00:00.000Z'),
  deleting: described(z.boolean(), 'Whether somebody is deleting it: no new run may use it.'),
};
/** `…/versions/{n}` of each kind. */
export const presetVersionSchemas = {
  datasets: z.strictObject({
    ...versionFields,
    content: described(
      datasetSchema.clone(),
      'The section `dataset` of a specification, with every default filled in.',
    ),
  }),
  'feature-configs': z.strictObject({
    ...versionFields,
    content: described(
      featuresSchema.clone(),
      'The section `features` of a specification, with every default filled in.',
    ),
  }),
  'model-configs': z.strictObject({
    ...versionFields,
    content: described(
      modelSchema.clone(),
      'The section `model` of a specification, with every default filled in.',
    ),
  }),
} as const;
export type PresetVersion<K extends PresetKind = PresetKind> = z.infer<(typeof presetVersionSchemas)[K]>;
