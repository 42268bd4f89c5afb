/** Whether the project may use the GPUs of its tiers at all: a new one often may not. */
import type { Tier } from '@trainyard/functions/compute/tier';
import type { AcceleratorType } from '@trainyard/shared';
import { z } from 'zod';
import type { Check, Project } from './project.js';
import { tiersOf } from './tiers.js';

const SERVICE = 'cloudquotas.googleapis.com';
const quotaSchema = z.object({
  quotaId: z.string().default(''),
  metric: z.string().default(''),
  dimensionsInfos: z
    .array(
      z.object({
        dimensions: z.record(z.string(), z.string()).default({}),
        details: z.object({ value: z.string().default('0') }).prefault({}),
        applicableLocations: z.array(z.string()).default([]),
      }),
    )
    .default([]),
});
type Quota = z.infer<typeof quotaSchema>;

/** As the messages of Vertex AI name them: `custom_model_training_nvidia_l4_gpus`. */
const VERTEX_NAMES: Readonly<Record<AcceleratorType, string>> = {
  'nvidia-t4': 't4',
  'nvidia-v100': 'v100',
  'nvidia-l4': 'l4',
  'nvidia-a100-40gb': 'a100',
  'nvidia-a100-80gb': 'a100_80gb',
  'nvidia-h100-80gb': 'h100',
};
/** As those of Cloud Run do; of jobs it lends L4 only, without redundancy over zones. */
const CLOUD_RUN_L4 = 'NvidiaL4GpuAllocNoZonalRedundancyPerProjectRegion';

export const quotas: Check = {
  name: 'quotas',
  permission: 'cloudquotas.quotas.get',
  async run(project, { ok, warning, unknown }) {
    const tiers = (await tiersOf(project)).filter(({ machine }) => machine?.accelerator);
    const lists = new Map<string, Promise<Quota[]>>();
    const quotasOf = (service: string) => {
      const known = lists.get(service) ?? listOf(project, service);
      lists.set(service, known);
      return known;
    };
    const found = await Promise.all(
      tiers.map(async (tier) => {
        const { service, quota: name } = quotaOf(tier);
        const needed = tier.machine?.accelerator?.count ?? 0;
        const region = tier.machine?.region ?? project.region;
        const list = `gcloud beta quotas info list --service=${service} --project=${project.id}`;
        const quota = (await quotasOf(service)).find(
          ({ quotaId, metric }) => quotaId === name || metric === `${service}/${name}`,
        );
        const value = quota && valueIn(quota, region);
        if (value === undefined)
          return unknown(`${tier.name}: ${service} tells of no quota ${name} in ${region}`, list);
        if (value !== -1 && value < needed)
          return warning(
            `${tier.name}: ${value} of the ${needed} GPUs it needs in ${region}; it is passed over until ${name} is raised`,
            `gcloud beta quotas preferences create --service=${service} --project=${project.id} --quota-id=${quota?.quotaId || name} --preferred-value=${needed} --dimensions=region=${region}`,
          );
        return ok(
          `${tier.name}: ${value === -1 ? 'as many GPUs as there are' : `${value} GPUs`} in ${region}`,
        );
      }),
    );
    return found;
  },
};

function listOf({ api, number }: Project, service: string): Promise<Quota[]> {
  const path = `v1/projects/${number}/locations/global/services/${service}/quotaInfos`;
  return api.list(quotaSchema, 'quotaInfos', SERVICE, path, { pageSize: '500' });
}

function quotaOf({ launcher, machine }: Tier): { service: string; quota: string } {
  if (launcher === 'cloudRunJobs') return { service: 'run.googleapis.com', quota: CLOUD_RUN_L4 };
  const spot = machine?.spot ? 'preemptible_' : '';
  const gpu = machine?.accelerator ? VERTEX_NAMES[machine.accelerator.type] : '';
  return { service: 'aiplatform.googleapis.com', quota: `custom_model_training_${spot}nvidia_${gpu}_gpus` };
}

/** -1 is no limit. A region that is named goes before those that share a value. */
function valueIn({ dimensionsInfos }: Quota, region: string): number | undefined {
  const own =
    dimensionsInfos.find(({ dimensions }) => dimensions['region'] === region) ??
    dimensionsInfos.find(
      ({ dimensions, applicableLocations }) =>
        dimensions['region'] === undefined && applicableLocations.includes(region),
    );
  return own && Number(own.details.value);
}
