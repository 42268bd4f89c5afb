import type { Tier } from '@trainyard/functions/compute/tier';
import { z } from 'zod';
import type { Finding, Findings } from '../finding.js';
import { emailOf, type Check, type Project } from './project.js';
import { tiersOf } from './tiers.js';

const jobSchema = z.object({
  template: z.object({
    template: z.object({
      containers: z.array(
        z.object({
          image: z.string(),
          resources: z.object({ limits: z.record(z.string(), z.string()).default({}) }).prefault({}),
        }),
      ),
      maxRetries: z.number().default(0),
      timeout: z.string().default('600s'),
      serviceAccount: z.string().default(''),
      nodeSelector: z.object({ accelerator: z.string() }).optional(),
    }),
  }),
});

/** One Cloud Run Job for each of the tiers that run there. */
export const jobs: Check = {
  name: 'jobs',
  permission: 'run.jobs.get',
  async run(project, findings) {
    const tiers = (await tiersOf(project)).filter(({ launcher }) => launcher === 'cloudRunJobs');
    const found = await Promise.all(tiers.map((tier) => lookAt(project, tier, findings)));
    return found.flat();
  },
};

async function lookAt(project: Project, tier: Tier, { ok, error, warning }: Findings): Promise<Finding[]> {
  const { api, id } = project;
  const name = `trainyard-${tier.name}`;
  const region = tier.machine?.region ?? project.region;
  const deploy = `npx trainyard deploy --project ${id}`;
  const path = `v2/projects/${id}/locations/${region}/jobs/${name}`;
  const job = await api.find(jobSchema, 'run.googleapis.com', path);
  if (!job) return [error(`there is no job ${name} in ${region}: its tier is passed over`, deploy)];
  const { containers, serviceAccount, maxRetries, timeout, nodeSelector } = job.template.template;
  const [container] = containers;
  const limits = container?.resources.limits ?? {};
  const update = (flags: string) =>
    `gcloud run jobs update ${name} --region=${region} --project=${id} ${flags}`;
  const found: Finding[] = [];
  const image = tier.machine?.accelerator ? 'trainer-gpu' : 'trainer-cpu';
  if (!container?.image.includes(`/${id}/trainyard/${image}`))
    found.push(error(`${name} runs ${container?.image ?? 'nothing'} instead of ${image}`, deploy));
  if (serviceAccount !== emailOf('trainyard-trainer', id))
    found.push(
      error(
        `${name} runs as ${serviceAccount || 'the default account'}, not as trainyard-trainer`,
        update(`--service-account=${emailOf('trainyard-trainer', id)}`),
      ),
    );
  if (maxRetries !== 0)
    found.push(
      error(
        `${name} is repeated by the platform, beside reconcile: two trainers of one attempt`,
        update('--max-retries=0'),
      ),
    );
  const { accelerator } = tier.machine ?? {};
  const hasGpu = Number(limits['nvidia.com/gpu'] ?? 0);
  if (accelerator && (nodeSelector?.accelerator !== accelerator.type || hasGpu !== accelerator.count))
    found.push(
      error(
        `${name} has ${hasGpu} × ${nodeSelector?.accelerator ?? 'no GPU'} instead of ${accelerator.count} × ${accelerator.type}`,
        deploy,
      ),
    );
  const seconds = Number.parseFloat(timeout);
  if (seconds < tier.maxAttemptSeconds)
    found.push(
      warning(
        `${name} ends an attempt after ${seconds} s, its tier says ${tier.maxAttemptSeconds}; a launch sets its own limit`,
        update(`--task-timeout=${tier.maxAttemptSeconds}`),
      ),
    );
  return found.length > 0 ? found : [ok(`${name} has its image, account and machine`)];
}
