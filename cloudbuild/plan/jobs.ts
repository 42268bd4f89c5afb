/** A Job of Cloud Run for each tier on it: what runs, and on what, is the Job's; what it trains is each execution's. */
import { account, imageName, type Deployment, type PlannedTier } from './settings.js';
import type { Step } from './step.js';

const JOB_LAUNCHER = 'cloudRunJobs';

export function jobSteps(deployment: Deployment): Step[] {
  return deployment.tiers
    .filter(({ launcher }) => launcher === JOB_LAUNCHER)
    .map((tier) => jobStep(deployment, tier));
}

function jobStep(deployment: Deployment, tier: PlannedTier): Step {
  const { settings } = deployment;
  const { machine, name } = tier;
  if (machine === null)
    throw new Error(
      `tier "${name}" runs on Cloud Run and names no machine: give it region, cpu and memoryGb`,
    );
  const { accelerator } = machine;
  return {
    phase: 'jobs',
    title: `Cloud Run Job of the tier ${name}`,
    command: [
      'gcloud',
      // GPUs of Jobs are known to the beta track alone in SDKs of 2025.
      'beta',
      'run',
      'jobs',
      'deploy',
      `trainyard-${name}`,
      `--image=${imageName(deployment, accelerator ? 'trainer-gpu' : 'trainer-cpu')}`,
      `--project=${settings.project}`,
      `--region=${machine.region}`,
      `--cpu=${machine.cpu}`,
      `--memory=${machine.memoryGb}Gi`,
      ...(accelerator ? [`--gpu=${accelerator.count}`, `--gpu-type=${accelerator.type}`] : []),
      `--task-timeout=${tier.maxAttemptSeconds}s`,
      // Attempts are counted and repeated by the control plane.
      '--max-retries=0',
      '--tasks=1',
      '--parallelism=1',
      `--service-account=${account(settings, 'trainyard-trainer')}`,
      '--labels=app=trainyard',
      '--quiet',
    ],
    files: [],
    remedy: accelerator
      ? `check the quota of ${accelerator.type} on Cloud Run in ${machine.region} (trainyard doctor), and that the image is there: trainyard deploy --only images`
      : 'check that the image is there: trainyard deploy --only images',
  };
}
