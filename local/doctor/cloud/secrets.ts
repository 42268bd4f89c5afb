import { z } from 'zod';
import { terraformApply, type Check } from './project.js';

const SERVICE = 'secretmanager.googleapis.com';
const NAME = 'trainyard-master-secret';
const DAY_MS = 86_400_000;

const secretSchema = z.object({ rotation: z.object({ rotationPeriod: z.string() }).optional() });
const versionSchema = z.object({ name: z.string(), createTime: z.string() });

/** Whether the master secret has a version, and whether it is time for another. Its value is never asked for. */
export const secrets: Check = {
  name: 'secrets',
  permission: 'secretmanager.versions.list',
  async run(project, { ok, error, warning }) {
    const { api, id, now } = project;
    const path = `v1/projects/${id}/secrets/${NAME}`;
    const secret = await api.find(secretSchema, SERVICE, path);
    if (!secret) return [error(`there is no secret ${NAME}`, terraformApply(project))];
    const found = await api.list(versionSchema, 'versions', SERVICE, `${path}/versions`, {
      filter: 'state:ENABLED',
    });
    const add = `openssl rand -base64 48 | tr -d '\\n' | gcloud secrets versions add ${NAME} --project=${id} --data-file=-`;
    const [newest] = found.toSorted((a, b) => b.createTime.localeCompare(a.createTime));
    if (!newest) return [error(`${NAME} has no version: no function that needs it starts`, add)];
    const days = Math.floor((now.getTime() - Date.parse(newest.createTime)) / DAY_MS);
    const period = secret.rotation ? Number.parseFloat(secret.rotation.rotationPeriod) / 86_400 : undefined;
    if (period === undefined)
      return [
        warning(`${NAME} is ${days} days old, and nothing says when it is due`, terraformApply(project)),
      ];
    if (days > period)
      return [
        warning(
          `${NAME} is ${days} days old; it was due after ${period}. Renew it as docs/security.md says`,
          add,
        ),
      ];
    const old =
      found.length > 2
        ? [
            warning(
              `${NAME} has ${found.length} versions that are good: disable the old ones`,
              `gcloud secrets versions list ${NAME} --project=${id}`,
            ),
          ]
        : [];
    return [ok(`${NAME} is ${days} days old, due after ${period}`), ...old];
  },
};
