/** What holds between the fields of a tier, by its launcher: what the platform would refuse is refused when it is configured. */
import type { Machine } from '@trainyard/shared';
import { shapeProblem } from './machineShapes.js';

/** The part of a tier that the rules look at. */
export interface RuledTier {
  name: string;
  launcher: string;
  machine: Machine | null;
  maxAttemptSeconds?: number | undefined;
}

const HOUR = 3600;
const DAY = 24 * HOUR;
/** Cloud Run Job names are DNS labels of at most 63 characters, `trainyard-` among them. */
const CLOUD_RUN_NAME = /^[a-z][a-z0-9-]{0,51}[a-z0-9]$/;

/** The Cloud Run Job of a tier, which is deployed before the functions. */
export function cloudRunJobName(tierName: string): string {
  return `trainyard-${tierName}`;
}

/** What a platform lets one attempt take at most, in seconds; 7 days where it is not known. */
export function platformLimitSeconds({ launcher, machine }: RuledTier): number {
  // https://cloud.google.com/run/docs/configuring/task-timeout, read November 2026: 7 days; with a GPU 1 hour (12 in preview).
  // Vertex AI ends a CustomJob after 7 days unless told otherwise (custom_job.proto: Scheduling.timeout).
  return launcher === 'cloudRunJobs' && machine?.accelerator ? HOUR : 7 * DAY;
}

export interface TierMistake {
  path: (string | number)[];
  message: string;
}

export function tierMistakes(tier: RuledTier): TierMistake[] {
  if (tier.launcher === 'cloudRunJobs') return cloudRunMistakes(tier);
  return tier.launcher === 'vertexCustomJob' ? vertexMistakes(tier) : [];
}

function cloudRunMistakes(tier: RuledTier): TierMistake[] {
  const { name, machine } = tier;
  const mistakes: TierMistake[] = [];
  if (!CLOUD_RUN_NAME.test(name)) {
    mistakes.push({
      path: ['name'],
      message: `got "${name}"; a tier of Cloud Run Jobs is named by 2 to 53 of a-z, 0-9 and "-", for its Job is`,
    });
  }
  if (!machine)
    return [
      ...mistakes,
      noMachine('{"region":"europe-west4","cpu":4,"memoryGb":16,"accelerator":{"type":"nvidia-l4"}}'),
    ];
  const say = (field: string, message: string) => mistakes.push({ path: ['machine', field], message });
  if (machine.machineType !== null) say('machineType', 'Cloud Run has none: give cpu and memoryGb');
  if (machine.spot) say('spot', 'Cloud Run has no spot machines: use launcher "vertexCustomJob"');
  const { accelerator, cpu, memoryGb } = machine;
  if (accelerator && (accelerator.type !== 'nvidia-l4' || accelerator.count !== 1)) {
    say(
      'accelerator',
      `got ${accelerator.count} × ${accelerator.type}; a task of Cloud Run has one nvidia-l4 at most`,
    );
  } else if (accelerator && (cpu < 4 || memoryGb < 16)) {
    // https://cloud.google.com/run/docs/configuring/jobs/gpu, read November 2026.
    say('cpu', `got ${cpu} and ${memoryGb} GB; with a GPU a task of Cloud Run has at least 4 and 16 GB`);
  }
  if (cpu > 8 || memoryGb > 32)
    say('cpu', `got ${cpu} and ${memoryGb} GB; a task of Cloud Run has at most 8 and 32 GB`);
  return [...mistakes, ...limitMistakes(tier, 'task of Cloud Run with a GPU')];
}

function vertexMistakes(tier: RuledTier): TierMistake[] {
  const { machine } = tier;
  if (!machine)
    return [noMachine('{"region":"europe-west4","machineType":"n1-standard-8","cpu":8,"memoryGb":30}')];
  const shape = shapeProblem(machine);
  return [
    ...(shape === undefined ? [] : [{ path: ['machine'], message: shape }]),
    ...limitMistakes(tier, 'CustomJob'),
  ];
}

function noMachine(example: string): TierMistake {
  return {
    path: ['machine'],
    message: `is needed to know where its jobs run: give something such as ${example}`,
  };
}

function limitMistakes(tier: RuledTier, what: string): TierMistake[] {
  const limit = platformLimitSeconds(tier);
  if (tier.maxAttemptSeconds === undefined || tier.maxAttemptSeconds <= limit) return [];
  const message = `got ${tier.maxAttemptSeconds}; a ${what} ends after ${limit} s: longer runs go on as the next attempt`;
  return [{ path: ['maxAttemptSeconds'], message }];
}
