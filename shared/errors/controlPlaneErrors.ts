/** What the control plane, or the platform that it launches on, ends an attempt or a run with, by the code of the run's error. */
import type { TrainerProblem } from './trainerProblem.js';

const TABLE = {
  'launch-rejected': {
    meaning:
      'The platform refused to launch the trainer, for a reason that does not pass; the message has its words.',
    remedy:
      'Do what the remedy of the run says: "What a platform says" in `docs/compute.md` lists the reasons.',
    retriable: false,
  },
  'no-tier': {
    meaning: "The deployment has none of the run's compute tiers any more.",
    remedy: 'Start a new run that names tiers of this deployment.',
    retriable: false,
  },
  'no-capacity': {
    meaning: 'A tier has no machine just now. The next one is tried, and the run fails where none is left.',
    remedy: 'Name more tiers or regions in `compute.tiers`, or start the run again later.',
    retriable: true,
  },
  'deadline-passed': {
    meaning: 'The run did not end within `compute.deadlineSeconds`.',
    remedy: 'Raise it, or train fewer epochs or on a faster tier.',
    retriable: false,
  },
  'budget-exceeded': {
    meaning:
      'The run cost as much as `compute.maxUsd` allows, or a monthly budget is spent and the deployment stops open runs then.',
    remedy: 'Raise the budget and retry the run: it goes on from the last checkpoint.',
    retriable: false,
  },
  'budget-reached': {
    meaning: 'A share of a monthly budget is spent. Messages carry this code; no run fails of it.',
    remedy: 'Raise the budget, or wait for the next month.',
    retriable: false,
  },
  'trainer-rejected': {
    meaning: 'The trainer refused the specification or the data, and its explanation did not arrive.',
    remedy: "Read the trainer's own output.",
    retriable: false,
  },
  'trainer-lost': {
    meaning: 'The trainer ended, or fell silent, without a last word.',
    remedy: "Nothing, if it happens once; otherwise read the trainer's own output.",
    retriable: true,
  },
  preempted: {
    meaning:
      'The platform took the machine back, or told the trainer to stop. The next attempt goes on from the checkpoint.',
    remedy: 'Nothing; a tier without spot machines stays.',
    retriable: true,
  },
  'time-limit': {
    meaning:
      "The platform's limit for one job was near, or passed. The next attempt goes on from the checkpoint.",
    remedy:
      'Nothing, as long as checkpoints are saved often enough; otherwise lower `maxAttemptSeconds` of the tier.',
    retriable: true,
  },
  'quota-exceeded': {
    meaning:
      'The project may not have so many machines. The next tier is tried, and the run fails where none is left. A code of the same name of the trainer is about BigQuery.',
    remedy: 'Ask for more quota (IAM & Admin, Quotas), or name another tier.',
    retriable: true,
  },
  'permission-denied': {
    meaning: "The account of the functions may not launch jobs, or not act as the trainer's account.",
    remedy: 'Give it the roles that `trainyard doctor` prints.',
    retriable: false,
  },
  'api-disabled': {
    meaning: 'The API that launches jobs is not enabled in the project.',
    remedy: 'Run `gcloud services enable` with the service that the remedy of the run names.',
    retriable: false,
  },
  'billing-disabled': {
    meaning: 'The project has no open billing account.',
    remedy: 'Link one.',
    retriable: false,
  },
  'no-such-job': {
    meaning: 'The Cloud Run Job of the tier, or its region, is not there.',
    remedy: 'Run `trainyard deploy`, or take the tier out of `TRAINYARD_TIERS`.',
    retriable: false,
  },
  'image-not-found': {
    meaning: 'There is no image of this name and digest.',
    remedy: "Build and push the trainer's image, and check its name.",
    retriable: false,
  },
  'image-denied': {
    meaning: 'The platform may not read the image, or a policy forbids it.',
    remedy: 'Give its service agent "Artifact Registry Reader", and check the Binary Authorization policy.',
    retriable: false,
  },
  'secret-denied': {
    meaning: "The trainer's account may not read a secret of the job.",
    remedy: 'Give it "Secret Manager Secret Accessor".',
    retriable: false,
  },
  'invalid-request': {
    meaning: 'The platform does not take the tier as it is.',
    remedy: 'Check its machine, accelerator and region against what the message says.',
    retriable: false,
  },
  'out-of-memory': {
    meaning:
      'The container used more memory than the machine has. The run goes on at once on the next larger tier that it names, else tries again.',
    remedy: 'Name a larger tier, or lower `training.batchSize`.',
    retriable: true,
  },
  'job-stopped': {
    meaning: 'Somebody cancelled or deleted the job on the platform.',
    remedy: 'Cancel the run instead: a job that is stopped by hand is launched again.',
    retriable: true,
  },
  'platform-error': {
    meaning: 'The platform had an error of its own, or ended the job for a reason that it did not say.',
    remedy: "Read the job's log, and https://status.cloud.google.com.",
    retriable: true,
  },
} as const satisfies Record<string, Omit<TrainerProblem, 'kind'>>;

export type ControlPlaneErrorCode = keyof typeof TABLE;

export const CONTROL_PLANE_ERRORS: Readonly<Record<ControlPlaneErrorCode, Omit<TrainerProblem, 'kind'>>> =
  TABLE;
