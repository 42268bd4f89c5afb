/** What a run ran on and was made by: enough to do it again, and to tell why two runs differ. */
import { z } from 'zod';
import { described } from '../described.js';
import { contentDigestSchema } from './lineage.js';

/** The most environment variables that are logged. */
export const MAX_VARIABLES = 100;

const text = () => z.string().max(300);

const gpuSchema = z.strictObject({
  model: described(text(), 'The name that the driver gives it.', 'NVIDIA L4'),
  memoryMb: described(z.number().min(0), 'Its memory, in MB.', 23_034),
});

const codeSchema = z.strictObject({
  gitCommit: described(
    z.string().max(100).nullable(),
    'The commit of the trainer; null where nobody knows.',
    '4f0c1d2e9a7b8c6d5e4f3a2b1c0d9e8f7a6b5c4d',
  ),
  isDirty: described(
    z.boolean().nullable(),
    'Whether tracked files differed from the commit; null where nobody knows, as in an image.',
    false,
  ),
  lockfileDigest: described(
    contentDigestSchema.nullable(),
    'Of the lock file, by which the version of each dependency is known; null where there is none.',
  ),
  image: described(
    z.string().max(512).nullable(),
    'The container image that the job was started from, with its digest where the control plane knows it; null outside of images.',
    'europe-docker.pkg.dev/my-project/trainyard/trainer@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  ),
});

const machineStateSchema = z.strictObject({
  system: described(text(), 'The operating system and its release.', 'Linux 6.8.0-45-generic'),
  architecture: described(text(), 'The architecture of the processors.', 'x64'),
  cpuModel: described(
    text().nullable(),
    'The processors; null where the system does not tell.',
    'AMD EPYC 7B13',
  ),
  cpuCount: described(z.int().min(1), 'How many of them the trainer may use.', 8),
  memoryMb: described(z.int().min(1), 'The memory of the machine or of the container, in MB.', 32_768),
  gpus: described(z.array(gpuSchema).max(16), 'The GPUs that the driver tells of.'),
  driver: described(
    z.string().max(100).nullable(),
    "The version of NVIDIA's driver; null without one.",
    '550.90.07',
  ),
});

export const runEnvironmentSchema = described(
  z.strictObject({
    code: described(codeSchema.clone(), 'The code of the trainer.'),
    machine: described(machineStateSchema.clone(), 'The machine.'),
    backend: described(
      z
        .strictObject({
          name: described(z.enum(['tensorflow', 'wasm', 'cpu']), 'What computes.'),
          device: described(z.enum(['gpu', 'cpu']), 'On what it computes.'),
          reason: described(z.string().max(1000), 'Why this one.', 'the best that works here'),
        })
        .nullable(),
      'What computed the training; null in a job that only prepares data.',
    ),
    versions: described(
      z.record(z.string().max(63), z.string().max(100)),
      'The versions of the trainer and of what it is built on.',
      { trainyard: '0.1.0', node: '24.11.0', tensorflow: '4.22.0' },
    ),
    seeds: described(
      z.record(z.string().max(63), z.int()),
      'The seed of each thing that is drawn at random.',
      { split: 42, initialization: 42, shuffle: 42 },
    ),
    variables: described(
      z.record(z.string().max(200), z.string().max(1000)),
      'Environment variables that begin with a prefix of the list in the reference of the trainer; secrets are masked.',
      { TRAINYARD_BACKEND: 'auto' },
    ),
  }),
  'What the newest attempt runs on, and what it is made of; null until its first stage is done.',
);
export type RunEnvironment = z.infer<typeof runEnvironmentSchema>;
