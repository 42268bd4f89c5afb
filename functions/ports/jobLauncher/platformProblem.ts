/** What can go wrong between us and a platform, in one vocabulary for all of them: what follows, and what a person can do. */

import { cutText } from '@trainyard/shared';
import type { ControlPlaneErrorCode } from '@trainyard/shared/errors/controlPlaneErrors';

/** `nextTier`: another tier may do better · `giveUp`: nothing helps but the remedy · `tryAgain`: the same again, later. */
export type Consequence = 'nextTier' | 'giveUp' | 'tryAgain';

/** What a remedy speaks of. */
export interface JobPlace {
  /** `Cloud Run` or `Vertex AI`. */
  platform: string;
  /** Of Google's API, such as `run.googleapis.com`. */
  service: string;
  tier: string;
  region: string;
  /** What starts the job: a Cloud Run Job by its name, or the image of a CustomJob. */
  subject: string;
}

interface Kind {
  consequence: Consequence;
  remedy: (place: JobPlace) => string;
}

const KINDS = {
  'no-capacity': {
    consequence: 'nextTier',
    remedy: ({ tier, region }) =>
      `${region} has no machine of tier "${tier}" just now: name more tiers or regions in compute.tiers, or start the run again later`,
  },
  'quota-exceeded': {
    consequence: 'nextTier',
    remedy: ({ region, service }) =>
      `ask for more quota of ${service} in ${region} (IAM & Admin, Quotas), or name another tier in compute.tiers`,
  },
  'permission-denied': {
    consequence: 'giveUp',
    remedy: ({ platform }) =>
      `give the service account of the functions the role that launches jobs on ${platform}, and "Service Account User" on the trainer's account: "trainyard doctor" prints the commands`,
  },
  'api-disabled': {
    consequence: 'giveUp',
    remedy: ({ service }) => `gcloud services enable ${service}`,
  },
  'billing-disabled': {
    consequence: 'giveUp',
    remedy: () => 'link the project to a billing account that is open',
  },
  'no-such-job': {
    consequence: 'giveUp',
    remedy: ({ subject, region }) =>
      `there is no ${subject} in ${region}: deploy it ("trainyard deploy"), or take its tier out of TRAINYARD_TIERS`,
  },
  'image-not-found': {
    consequence: 'giveUp',
    remedy: ({ subject }) =>
      `build and push the trainer's image, and check the name and digest in ${subject}`,
  },
  'image-denied': {
    consequence: 'giveUp',
    remedy: ({ platform }) =>
      `give the service agent of ${platform} "Artifact Registry Reader" on the repository of the image, and check the Binary Authorization policy`,
  },
  'secret-denied': {
    consequence: 'giveUp',
    remedy: () =>
      'give the trainer’s service account "Secret Manager Secret Accessor" on the secrets of the job',
  },
  'invalid-request': {
    consequence: 'giveUp',
    remedy: ({ tier, platform, region }) =>
      `${platform} does not take tier "${tier}" as it is: check its machine, accelerator and ${region} against what the message says`,
  },
  preempted: {
    consequence: 'tryAgain',
    remedy: ({ tier }) =>
      `spot machines of "${tier}" are taken back at times: the next attempt goes on from the checkpoint; a tier without spot stays`,
  },
  'out-of-memory': {
    consequence: 'tryAgain',
    remedy: ({ tier }) =>
      `train on a tier with more memory than "${tier}", or with a smaller training.batchSize`,
  },
  'time-limit': {
    consequence: 'tryAgain',
    remedy: ({ tier }) =>
      `the trainer hands over before the limit where it can: lower maxAttemptSeconds of "${tier}" below the platform's limit, or save checkpoints more often`,
  },
  'job-stopped': {
    consequence: 'tryAgain',
    remedy: () => 'to stop a run, cancel the run: a job that is stopped by hand is launched again',
  },
  'platform-error': {
    consequence: 'tryAgain',
    remedy: ({ platform }) => `see https://status.cloud.google.com and the job’s log on ${platform}`,
  },
} as const satisfies Partial<Record<ControlPlaneErrorCode, Kind>>;

export type ProblemCode = keyof typeof KINDS;
export const PROBLEM_CODES = Object.keys(KINDS) as ProblemCode[];

/** In words fit for a run's error: no secret, not too long. */
export interface PlatformProblem {
  code: ProblemCode;
  message: string;
  remedy: string;
}

const MESSAGE_LENGTH = 1000;

export function platformProblem(code: ProblemCode, said: string, place: JobPlace): PlatformProblem {
  const about = `${place.platform} (tier "${place.tier}", ${place.region})`;
  return { code, message: `${about}: ${shown(said)}`, remedy: KINDS[code].remedy(place) };
}

export function consequenceOf(code: ProblemCode): Consequence {
  return KINDS[code].consequence;
}

/** Without the callback secret, which an answer that quotes its request would carry, and cut to a length that is read. */
export function shown(said: string): string {
  const text = said.replaceAll(/whsec_[A-Za-z0-9+/=]*/g, 'whsec_…').trim();
  return text.length <= MESSAGE_LENGTH ? text : `${cutText(text, MESSAGE_LENGTH)}…`;
}

/**
 * What platforms say in words, where their codes say too little. The sentences were collected from public reports of both
 * platforms' users in November 2026; the first pattern that fits wins.
 */
const SENTENCES: readonly (readonly [RegExp, ProblemCode])[] = [
  // "The replica workerpool0-0 ran out-of-memory and exited with a non-zero status of 137(SIGKILL)."
  // "Memory limit of 16384 MiB exceeded with 16400 MiB used."
  [/out[- ]of[- ]memory|memory limit of .* exceeded|\boom[- ]?killed\b/i, 'out-of-memory'],
  [/preempt/i, 'preempted'],
  // "The following quota metrics exceed quota limits: aiplatform.googleapis.com/custom_model_training_nvidia_l4_gpus"
  [/quota/i, 'quota-exceeded'],
  // "Resources are insufficient in region: us-central1. Please try a different region or use a different accelerator."
  [
    /resources are insufficient|insufficient (resources|capacity)|stock-?out|not enough resources|no (available )?capacity|resource pool exhausted|resource.*currently unavailable/i,
    'no-capacity',
  ],
  [/billing/i, 'billing-disabled'],
  [/has not been used in project .* before or it is disabled|api .* (is )?disabled/i, 'api-disabled'],
  [/binary authorization|image .*(unauthorized|not authorized)/i, 'image-denied'],
  [
    /(permission|access|denied|unauthorized).*\b(image|repository|artifactregistry)|\bimage\b.*(permission|denied)/i,
    'image-denied',
  ],
  [
    /\b(image|manifest|container)\b.*(not found|does not exist|unknown|failed to (pull|fetch))|failed to pull image/i,
    'image-not-found',
  ],
  [/secret.*(denied|permission|not found|access)/i, 'secret-denied'],
  // "Terminating task because it has reached the maximum timeout of 600 seconds."
  [/maximum timeout|timed? ?out|deadline (was )?exceeded/i, 'time-limit'],
];

export function problemInWords(said: string): ProblemCode | undefined {
  return SENTENCES.find(([pattern]) => pattern.test(said))?.[1];
}
