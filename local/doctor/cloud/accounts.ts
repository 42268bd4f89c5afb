import { z } from 'zod';
import { emailOf, terraformApply, type Check } from './project.js';

const SERVICE = 'iam.googleapis.com';
const accountSchema = z.object({ email: z.string(), disabled: z.boolean().default(false) });
const roleSchema = z.object({ includedPermissions: z.array(z.string()).default([]) });

/** Service accounts that are missing or disabled. */
export const accounts: Check = {
  name: 'accounts',
  permission: 'iam.serviceAccounts.list',
  async run(project, { ok, error }) {
    const { api, id, expected } = project;
    const path = `v1/projects/${id}/serviceAccounts`;
    const found = await api.list(accountSchema, 'accounts', SERVICE, path, { pageSize: '100' });
    const known = new Map(found.map(({ email, disabled }) => [email, disabled]));
    const wanted = [...new Set(expected.permissions.map(({ account }) => account))].filter((account) =>
      account.startsWith('trainyard-'),
    );
    const findings = wanted.flatMap((account) => {
      const email = emailOf(account, id);
      if (!known.has(email)) return error(`there is no service account ${account}`, terraformApply(project));
      return known.get(email)
        ? error(`${account} is disabled`, `gcloud iam service-accounts enable ${email} --project=${id}`)
        : [];
    });
    return findings.length > 0 ? findings : [ok(`all ${wanted.length} service accounts are there`)];
  },
};

/** Custom roles that have too many permissions, or too few. */
export const roles: Check = {
  name: 'roles',
  permission: 'iam.roles.get',
  async run(project, { ok, error, warning }) {
    const { api, id, expected } = project;
    const found = await Promise.all(
      Object.entries(expected.roles).map(async ([role, { permissions }]) => {
        const made = await api.find(roleSchema, SERVICE, `v1/projects/${id}/roles/${role}`);
        if (!made) return error(`there is no role ${role}`, terraformApply(project));
        const has = new Set(made.includedPermissions);
        const missing = permissions.filter((permission) => !has.has(permission));
        const extra = made.includedPermissions.filter((permission) => !permissions.includes(permission));
        const mend = `gcloud iam roles update ${role} --project=${id} --permissions=${permissions.join(',')}`;
        if (missing.length > 0) return error(`${role} lacks ${missing.join(', ')}`, mend);
        return extra.length > 0 ? warning(`${role} also has ${extra.join(', ')}`, mend) : [];
      }),
    );
    const findings = found.flat();
    return findings.length > 0 ? findings : [ok('the roles of its own have the permissions they should')];
  },
};
