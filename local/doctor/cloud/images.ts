import { z } from 'zod';
import { terraformApply, type Check } from './project.js';

const SERVICE = 'artifactregistry.googleapis.com';

/** The images of the trainer. */
export const images: Check = {
  name: 'images',
  permission: 'artifactregistry.packages.list',
  async run(project, { ok, error }) {
    const { api, id, region } = project;
    const repository = `v1/projects/${id}/locations/${region}/repositories/trainyard`;
    if (!(await api.find(z.object({ name: z.string() }), SERVICE, repository)))
      return [error(`there is no repository trainyard in ${region}`, terraformApply(project))];
    const found = await api.list(
      z.object({ name: z.string() }),
      'packages',
      SERVICE,
      `${repository}/packages`,
    );
    const names = new Set(found.map(({ name }) => name.slice(name.lastIndexOf('/') + 1)));
    const missing = ['trainer-gpu', 'trainer-cpu'].filter((name) => !names.has(name));
    return missing.length > 0
      ? [error(`never built: ${missing.join(', ')}`, `npx trainyard deploy --project ${id}`)]
      : [ok('trainer-gpu and trainer-cpu are built')];
  },
};
