import { z } from 'zod';

const image = z.string().min(1).max(512).nullable();
const host = z
  .string()
  .regex(/^(https?:\/\/)?[^/\s]+:\d+$/, 'must be host:port')
  .nullable();

/** Where deployed functions find what lies below them. */
export const deploymentSchema = z.object({
  projectId: z.string().min(1),
  region: z.string().regex(/^[a-z]+-[a-z]+\d+$/, 'must be a region, such as europe-west4'),
  /** Of Cloud Storage. */
  bucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/, 'must be the name of a bucket, without gs://'),
  /** What trainers run as. */
  trainerServiceAccount: z.email().nullable(),
  /** The trainer's containers for Vertex AI, which takes one with each job. */
  images: z.object({ gpu: image, cpu: image }),
  otlpEndpoint: z.url({ protocol: /^https?$/ }).nullable(),
  /** In place of Google's services. */
  emulators: z.object({ firestore: host, pubsub: host, storage: host }),
});
export type Deployment = z.infer<typeof deploymentSchema>;
