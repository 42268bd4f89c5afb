import { z } from 'zod';
import { terraformApply, type Check } from './project.js';

const policySchema = z.object({
  displayName: z.string().default(''),
  enabled: z.boolean().default(true),
  notificationChannels: z.array(z.string()).default([]),
});

/** Whether anybody is told when something is wrong. */
export const alerts: Check = {
  name: 'alerts',
  permission: 'monitoring.alertPolicies.list',
  async run(project, { ok, warning }) {
    const { api, id } = project;
    const all = await api.list(
      policySchema,
      'alertPolicies',
      'monitoring.googleapis.com',
      `v3/projects/${id}/alertPolicies`,
      {
        pageSize: '200',
      },
    );
    const own = all.filter(({ displayName }) => displayName.startsWith('Trainyard: '));
    if (own.length === 0)
      return [warning('no alert is set: nobody hears of failed runs', terraformApply(project))];
    if (own.every(({ notificationChannels }) => notificationChannels.length === 0))
      return [
        warning(
          'alerts are set and tell nobody',
          `${terraformApply(project)} -var 'alert_emails=["YOU@EXAMPLE.COM"]'`,
        ),
      ];
    return [ok(`${own.length} alerts tell somebody`)];
  },
};
