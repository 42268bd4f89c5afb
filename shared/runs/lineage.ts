/** What stages read and made: each thing is known again by its digest, whoever made it and wherever it lies. */
import { z } from 'zod';
import { described } from '../described.js';

export const EXAMPLE_DIGEST = 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
export const contentDigestSchema = described(
  z.string().regex(/^sha256:[0-9a-f]{64}$/, 'must be sha256: and 64 hexadecimal digits'),
  'The digest by which the thing is known: `sha256:` and 64 hexadecimal digits.',
  EXAMPLE_DIGEST,
);

/** The most things that a stage tells of, of each side. */
export const MAX_REFERENCES = 40;
/** The most digests of each side that a run is found by. */
export const MAX_DIGESTS = 200;

export const dataReferenceSchema = z.strictObject({
  name: described(z.string().max(100), 'What it is.', 'rows'),
  uri: described(
    z.string().max(2048).nullable(),
    'Where it lies; null for what the trainer hands from stage to stage in its memory.',
    'gs://my-bucket/cache/ingest/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  ),
  digest: contentDigestSchema,
  bytes: described(z.int().min(0).nullable(), 'Its size in bytes; null where nobody knows.', 1_840_112),
});
export type DataReference = z.infer<typeof dataReferenceSchema>;

const references = z.array(dataReferenceSchema).max(MAX_REFERENCES);
/** Of a stage; trainers of before tell nothing of it. */
export const lineageFields = {
  inputs: described(references.default([]), 'What the stage read.'),
  outputs: described(references.default([]), 'What the stage made.'),
};
export const toldLineageFields = {
  inputs: described(references.optional(), 'What the stage read.'),
  outputs: described(references.optional(), 'What the stage made.'),
};

/** Which rows a model was trained on, for whoever wants the same again. */
export const runDataSchema = described(
  z.strictObject({
    uri: described(
      z.string().max(2048),
      'The source of the rows, as the specification names it.',
      'gs://my-bucket/purchases/*.parquet',
    ),
    fingerprint: described(
      z.string().max(500),
      'What the files or the table were when they were read; it changes where their content does.',
      EXAMPLE_DIGEST,
    ),
    snapshot: described(
      z.string().max(500).nullable(),
      'The state of the table that was read, for a source that keeps its former states; null for others.',
      '2026-11-20T19:18:25.000Z',
    ),
    rows: described(z.int().min(0), 'The number of rows that were kept.', 198_964),
    digest: contentDigestSchema.clone(),
  }),
  'The data of the run; null until they are read.',
);
export type RunData = z.infer<typeof runDataSchema>;
