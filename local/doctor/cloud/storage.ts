import { z } from 'zod';
import { terraformApply, type Check } from './project.js';

const bucketSchema = z.object({
  iamConfiguration: z
    .object({
      uniformBucketLevelAccess: z.object({ enabled: z.boolean().default(false) }).prefault({}),
      publicAccessPrevention: z.string().default('inherited'),
    })
    .prefault({}),
  lifecycle: z
    .object({
      rule: z
        .array(
          z.object({
            action: z.object({ type: z.string() }),
            condition: z.object({ matchesPrefix: z.array(z.string()).default([]) }).prefault({}),
          }),
        )
        .default([]),
    })
    .prefault({}),
});

/** The settings of the bucket that protect what is in it, and those that keep it cheap. */
export const bucket: Check = {
  name: 'bucket',
  permission: 'storage.buckets.get',
  async run(project, { ok, error, warning }) {
    const name = `${project.id}-trainyard`;
    const found = await project.api.find(bucketSchema, 'storage.googleapis.com', `storage/v1/b/${name}`);
    if (!found) return [error(`there is no bucket ${name}`, terraformApply(project))];
    const { iamConfiguration: access, lifecycle } = found;
    const update = (flag: string) => `gcloud storage buckets update gs://${name} ${flag}`;
    const cleans = lifecycle.rule.some(
      ({ action, condition }) =>
        action.type === 'Delete' && condition.matchesPrefix.some((prefix) => prefix.startsWith('cache/')),
    );
    const findings = [
      access.publicAccessPrevention === 'enforced'
        ? []
        : error('objects can be made public', update('--public-access-prevention')),
      access.uniformBucketLevelAccess.enabled
        ? []
        : error(
            'objects may have access lists of their own: roles of folders do not hold',
            update('--uniform-bucket-level-access'),
          ),
      cleans ? [] : warning('nothing deletes old objects under cache/', terraformApply(project)),
    ].flat();
    return findings.length > 0 ? findings : [ok(`${name} is closed, and forgets its cache`)];
  },
};
