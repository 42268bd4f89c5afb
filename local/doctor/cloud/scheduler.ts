import { z } from 'zod';
import { emailOf, terraformApply, urlOf, type Check } from './project.js';

const JOB = 'trainyard-reconcile';
const jobSchema = z.object({
  state: z.string(),
  schedule: z.string(),
  httpTarget: z
    .object({
      uri: z.string(),
      oidcToken: z.object({ serviceAccountEmail: z.string() }).optional(),
    })
    .optional(),
  lastAttemptTime: z.string().optional(),
  status: z.object({ code: z.number().default(0) }).prefault({}),
});

const SILENT_MS = 5 * 60_000;

/** The call of reconcile each minute: nothing mends itself without it. */
export const scheduler: Check = {
  name: 'scheduler',
  permission: 'cloudscheduler.jobs.get',
  async run(project, { ok, error, warning }) {
    const { api, id, region, now } = project;
    const at = `--location=${region} --project=${id}`;
    const path = `v1/projects/${id}/locations/${region}/jobs/${JOB}`;
    const job = await api.find(jobSchema, 'cloudscheduler.googleapis.com', path);
    if (!job) return [error('nothing calls reconcile: runs that are lost stay so', terraformApply(project))];
    if (job.state !== 'ENABLED')
      return [error(`${JOB} is ${job.state}`, `gcloud scheduler jobs resume ${JOB} ${at}`)];
    const uri = `${urlOf(JOB, project)}/`;
    const email = emailOf('trainyard-push', id);
    const { httpTarget: target } = job;
    if (target?.uri !== uri || target.oidcToken?.serviceAccountEmail !== email)
      return [
        error(
          `${JOB} calls ${target?.uri ?? 'nothing'} as ${target?.oidcToken?.serviceAccountEmail ?? 'nobody'}`,
          `gcloud scheduler jobs update http ${JOB} ${at} --uri=${uri} --oidc-service-account-email=${email} --oidc-token-audience=${urlOf(JOB, project)}`,
        ),
      ];
    if (job.schedule !== '* * * * *')
      return [
        warning(
          `${JOB} runs at ${job.schedule}, not each minute: lost runs wait so long`,
          `gcloud scheduler jobs update http ${JOB} ${at} --schedule='* * * * *'`,
        ),
      ];
    if (job.status.code !== 0)
      return [
        error(
          `the last call of reconcile failed with code ${job.status.code}`,
          `gcloud run services logs read ${JOB} --region=${region} --project=${id} --limit=20`,
        ),
      ];
    const last = job.lastAttemptTime === undefined ? -Infinity : Date.parse(job.lastAttemptTime);
    if (now.getTime() - last > SILENT_MS)
      return [
        warning('reconcile was not called within five minutes', `gcloud scheduler jobs run ${JOB} ${at}`),
      ];
    return [ok('reconcile is called each minute')];
  },
};
