import { z } from 'zod';
import type { Check } from './project.js';

/** APIs that are not enabled. */
export const apis: Check = {
  name: 'apis',
  permission: 'serviceusage.services.list',
  async run({ api, id, expected }, { ok, error }) {
    const service = z.object({ config: z.object({ name: z.string() }) });
    const enabled = await api.list(
      service,
      'services',
      'serviceusage.googleapis.com',
      `v1/projects/${id}/services`,
      { filter: 'state:ENABLED', pageSize: '200' },
    );
    const names = new Set(enabled.map(({ config }) => config.name));
    const missing = Object.keys(expected.apis).filter((name) => !names.has(name));
    if (missing.length === 0) return [ok(`all ${Object.keys(expected.apis).length} APIs are enabled`)];
    const uses = missing.map((name) => `${name} (${expected.apis[name]})`).join(', ');
    return [error(`not enabled: ${uses}`, `gcloud services enable ${missing.join(' ')} --project=${id}`)];
  },
};
