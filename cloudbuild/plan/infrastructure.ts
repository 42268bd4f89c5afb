/** What lasts, made by Terraform. */
import type { Deployment } from './settings.js';
import type { Step } from './step.js';

const MODULE = 'cloudbuild/terraform';
const VARIABLES = '.trainyard/deploy/terraform.tfvars.json';

export function infrastructureSteps(deployment: Deployment): Step[] {
  const { terraformState: bucket, project } = deployment.settings;
  const backend = bucket ? [`-backend-config=bucket=${bucket}`, '-backend-config=prefix=trainyard'] : [];
  return [
    {
      phase: 'infrastructure',
      title: 'Terraform fetches its providers',
      command: ['terraform', `-chdir=${MODULE}`, 'init', '-input=false', ...backend],
      files: bucket ? [BACKEND] : [],
      remedy: 'install Terraform 1.9 or newer, and check that registry.terraform.io is reached',
    },
    {
      ...apply(deployment, !deployment.first),
      title: `Terraform makes what lasts in ${project}: APIs, accounts, topics, bucket, database, scheduler`,
    },
  ];
}

/** Once the functions are there, who may call them is said of each by itself. */
export function callerSteps(deployment: Deployment): Step[] {
  if (!deployment.first) return [];
  return [{ ...apply(deployment, true), title: 'Terraform says who may call each function' }];
}

/** The module keeps its state in a file; this one, which git does not know, keeps it in a bucket. */
const BACKEND = {
  path: `${MODULE}/backend_override.tf`,
  content: 'terraform {\n  backend "gcs" {}\n}\n',
};

function apply({ settings, tiers }: Deployment, functionsDeployed: boolean): Step {
  const variables = {
    project: settings.project,
    region: settings.region,
    firestore_location: settings.firestoreLocation,
    environment: settings.environment,
    vertex: tiers.some(({ launcher }) => launcher === 'vertexCustomJob'),
    api_callers: settings.apiCallers,
    history_dataset: settings.historyDataset ?? null,
    ...settings.terraform,
    functions_deployed: functionsDeployed,
  };
  return {
    phase: 'infrastructure',
    title: '',
    command: [
      'terraform',
      `-chdir=${MODULE}`,
      'apply',
      '-input=false',
      '-auto-approve',
      `-var-file=../../${VARIABLES}`,
    ],
    files: [{ path: VARIABLES, content: `${JSON.stringify(variables, null, 2)}\n` }],
    remedy:
      'read what Terraform says; log in with gcloud auth application-default login as an owner of the project, link a billing account, and run this again: it goes on where it stopped',
  };
}
