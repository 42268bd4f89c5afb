/** Where a run is looked at. */
import { z } from 'zod';
import { described } from '../described.js';

export const runLinksSchema = z
  .strictObject({
    page: described(
      z.string().max(2048).nullable(),
      "The page of the run's results, where the deployment names one (`TRAINYARD_RUN_URL`); null elsewhere.",
      'https://trainyard.example.com/runs/k3v7q2mzx5ahc4tnwy6d',
    ),
    console: described(
      z.string().max(2048).nullable(),
      "The page of the run's newest job in the console of the platform; null where it has none.",
      'https://console.cloud.google.com/run/jobs/executions/details/europe-west4/trainer-x7k2p?project=my-project',
    ),
    mlflow: described(
      z.string().max(2048).nullable(),
      'The page of the run in an MLflow tracking server; null where it was not written to one.',
      'https://mlflow.example/#/experiments/12/runs/0f3b6c1d2e4a5978',
    ),
  })
  .meta({
    examples: [
      { page: 'https://trainyard.example.com/runs/k3v7q2mzx5ahc4tnwy6d', console: null, mlflow: null },
    ],
  });

const page = (what: string, variable: string, example: string) =>
  z
    .strictObject({
      page: described(
        z.string().max(2048).nullable(),
        `The page of the ${what}, where the deployment names one (\`${variable}\`); null elsewhere.`,
        example,
      ),
    })
    .meta({ examples: [{ page: example }] });

export const sweepLinksSchema = page(
  'sweep',
  'TRAINYARD_SWEEP_URL',
  'https://trainyard.example.com/sweeps/q5w2kzt7mbx3hvac4ndy',
);
export const experimentLinksSchema = page(
  'experiment',
  'TRAINYARD_EXPERIMENT_URL',
  'https://trainyard.example.com/models/shop/experiments/wider-towers',
);
