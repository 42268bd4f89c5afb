/** The launchers that a deployment's tiers ask for. */
import type { ClientOptions } from '../ports/jobLauncher/clientOptions.js';
import type { JobLauncher } from '../ports/jobLauncher/jobLauncher.js';
import { lazyLauncher } from '../ports/lazyPorts.js';
import { assertNever } from '@trainyard/shared';
import type { Deployment } from './deployment.js';
import { CLOUD_LAUNCHERS, isCloudLauncher, type CloudLauncher } from './launchers.js';
import type { Tier } from './tier.js';
import { cloudRunJobName } from './tierRules.js';

/** What Google's clients are given in place of their defaults. */
export interface LauncherClients {
  cloudRunJobs?: ClientOptions;
  vertexCustomJob?: ClientOptions;
}

/** The tiers, and what their jobs run as and from. */
export type LaunchSettings = Pick<Deployment, 'projectId' | 'trainerServiceAccount' | 'images'> & {
  tiers: readonly Tier[];
};

/** Throws, before anything is opened, where a tier cannot be launched on with what is configured. */
export function openCloudLaunchers(
  config: LaunchSettings,
  clients: LauncherClients = {},
): Record<string, JobLauncher> {
  const launchers: Record<string, JobLauncher> = {};
  for (const name of new Set(config.tiers.map((tier) => tier.launcher))) {
    if (!isCloudLauncher(name)) throw unknownLauncher(name);
    launchers[name] = openLauncher(name, config, clients);
  }
  return launchers;
}

function openLauncher(name: CloudLauncher, config: LaunchSettings, clients: LauncherClients): JobLauncher {
  const { projectId } = config;
  const tiers = config.tiers.filter(({ launcher }) => launcher === name);
  const client = clients[name];
  // Callbacks must carry the ID token of this account: with it, somebody who reads a job's environment can still forge none.
  const serviceAccount = trainerAccount(config);
  switch (name) {
    case 'cloudRunJobs': {
      const places = tiers.map((tier) => ({
        name: tier.name,
        region: machineOf(tier).region,
        jobName: cloudRunJobName(tier.name),
      }));
      return lazyLauncher(async () => {
        const launcher = await import('../ports/jobLauncher/cloudRunJobsLauncher.js');
        return launcher.openCloudRunJobsLauncher({ projectId, tiers: places, ...(client && { client }) });
      });
    }
    case 'vertexCustomJob': {
      const places = tiers.map((tier) => ({
        name: tier.name,
        machine: machineOf(tier),
        image: imageOf(tier, config),
        diskGb: tier.diskGb,
      }));
      return lazyLauncher(async () => {
        const launcher = await import('../ports/jobLauncher/vertexCustomJobLauncher.js');
        return launcher.openVertexCustomJobLauncher({
          projectId,
          serviceAccount,
          tiers: places,
          ...(client && { client }),
        });
      });
    }
    default:
      return assertNever(name);
  }
}

function machineOf({ name, machine }: Tier): NonNullable<Tier['machine']> {
  if (machine) return machine;
  throw new Error(`tier "${name}" has no machine: say in TRAINYARD_TIERS what its jobs run on`);
}

function imageOf(tier: Tier, { images }: LaunchSettings): string {
  const kind = machineOf(tier).accelerator ? 'gpu' : 'cpu';
  const image = tier.image ?? images[kind];
  if (image !== null) return image;
  throw new Error(
    `tier "${tier.name}" has no image: set TRAINYARD_TRAINER_IMAGE_${kind.toUpperCase()} to the trainer's, or image in TRAINYARD_TIERS`,
  );
}

function trainerAccount({ trainerServiceAccount, projectId }: LaunchSettings): string {
  if (trainerServiceAccount !== null) return trainerServiceAccount;
  throw new Error(
    `TRAINYARD_TRAINER_SERVICE_ACCOUNT is not set: give the account that trainers run as, such as trainyard-trainer@${projectId}.iam.gserviceaccount.com`,
  );
}

function unknownLauncher(name: string): Error {
  const remedy = name === 'process' ? 'on one machine use "trainyard up"' : 'correct TRAINYARD_TIERS';
  return new Error(`launcher "${name}" is none of Google Cloud's (${CLOUD_LAUNCHERS.join(', ')}): ${remedy}`);
}
