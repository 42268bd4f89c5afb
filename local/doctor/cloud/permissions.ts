/** Who may do what, against `cloudbuild/terraform/permissions.json`. */
import { z } from 'zod';
import type { Finding } from '../finding.js';
import type { Permission } from '../infrastructure.js';
import { emailOf, type Check, type Project } from './project.js';

const policySchema = z.object({
  bindings: z.array(z.object({ role: z.string(), members: z.array(z.string()).default([]) })).default([]),
});

/** Where a permission is given: how its policy is read, and the command that adds to it. */
interface PolicyHolder {
  service: string;
  path: string;
  body?: unknown;
  query?: Record<string, string>;
  /** Followed by `--member` and `--role`. */
  command: string;
}

const AGENTS: Readonly<Record<string, string>> = {
  pubsub: 'gcp-sa-pubsub',
  secretmanager: 'gcp-sa-secretmanager',
};
/** Too much for any of them. */
const BASIC = ['roles/owner', 'roles/editor'];

export const permissions: Check = {
  name: 'permissions',
  permission: 'resourcemanager.projects.getIamPolicy',
  async run(project, { ok, error, warning, unknown }) {
    const asked = new Map<string, Promise<z.infer<typeof policySchema> | undefined>>();
    const policyOf = (holder: PolicyHolder) => {
      const known = asked.get(holder.path);
      if (known) return known;
      const { service, path, body, query } = holder;
      const policy = project.api.find(policySchema, service, path, {
        ...(query && { query }),
        ...(body !== undefined && { body }),
      });
      asked.set(holder.path, policy);
      return policy;
    };
    // The project's own first: without it nothing is known of most of them.
    const whole = await policyOf(policyHolderOf(project, 'project'));
    const isDeployed = (await project.functions()).length > 0;
    const found = await Promise.all(
      project.expected.permissions
        .filter((entry) => isLookedAt(entry, isDeployed))
        .map(async (entry) => {
          const member = memberOf(project, entry.account);
          const holder = policyHolderOf(project, entry.on);
          const policy = await policyOf(holder);
          // What is not there at all is what another check finds.
          if (!policy || isGiven(policy, roleOf(project, entry), member)) return [];
          const says = `${entry.account} lacks ${entry.role} on ${entry.on}: ${entry.why}`;
          const condition = entry.prefixes
            ? null
            : `${holder.command} --member=${member} --role=${roleOf(project, entry)}`;
          return entry.when
            ? warning(`${says} (only needed for ${entry.when})`, condition)
            : error(says, condition);
        }),
    );
    const basic = tooMuch(project, whole, warning);
    const findings = [...found.flat(), ...basic];
    if (!whole) findings.push(unknown('the project has no policy that can be read'));
    return findings.length > 0 ? findings : [ok('each account has its permissions, and no basic role')];
  },
};

/** Places that a variable of the module names are not known here. */
function isLookedAt({ on, when }: Permission, isDeployed: boolean): boolean {
  if (/^(sourceBuckets|sourceDatasets|history|exportBucket|deadLetterTopics|pushSubscriptions)$/.test(on))
    return false;
  if (when === 'beforeFunctions') return !isDeployed;
  if (when === 'afterFunctions') return isDeployed;
  return when === undefined || when === 'vertex';
}

function isGiven({ bindings }: z.infer<typeof policySchema>, role: string, member: string): boolean {
  return bindings.some((binding) => binding.role === role && binding.members.includes(member));
}

function roleOf({ id }: Project, { role }: Permission): string {
  return role.startsWith('roles/') ? role : `projects/${id}/roles/${role}`;
}

function memberOf({ id, number }: Project, account: string): string {
  const agent = AGENTS[account];
  return `serviceAccount:${agent ? `service-${number}@${agent}.iam.gserviceaccount.com` : emailOf(account, id)}`;
}

function tooMuch(
  { id }: Project,
  policy: z.infer<typeof policySchema> | undefined,
  warning: (says: string, mend: string) => Finding,
): Finding[] {
  return (policy?.bindings ?? [])
    .filter(({ role }) => BASIC.includes(role))
    .flatMap(({ role, members }) =>
      members
        .filter((member) => member.startsWith('serviceAccount:trainyard-'))
        .map((member) =>
          warning(
            `${member} has ${role}, which is nearly everything`,
            `gcloud projects remove-iam-policy-binding ${id} --member=${member} --role=${role}`,
          ),
        ),
    );
}

function policyHolderOf({ id, region }: Project, on: string): PolicyHolder {
  const [kind = '', name = ''] = on.split(':');
  const project = `--project=${id}`;
  switch (kind) {
    case 'topic':
      return {
        service: 'pubsub.googleapis.com',
        path: `v1/projects/${id}/topics/${name}:getIamPolicy`,
        command: `gcloud pubsub topics add-iam-policy-binding ${name} ${project}`,
      };
    case 'secret':
      return {
        service: 'secretmanager.googleapis.com',
        path: `v1/projects/${id}/secrets/${name}:getIamPolicy`,
        command: `gcloud secrets add-iam-policy-binding ${name} ${project}`,
      };
    case 'account':
      return {
        service: 'iam.googleapis.com',
        path: `v1/projects/${id}/serviceAccounts/${emailOf(name, id)}:getIamPolicy`,
        body: {},
        command: `gcloud iam service-accounts add-iam-policy-binding ${emailOf(name, id)} ${project}`,
      };
    case 'function':
      return {
        service: 'run.googleapis.com',
        path: `v2/projects/${id}/locations/${region}/services/${name}:getIamPolicy`,
        command: `gcloud run services add-iam-policy-binding ${name} --region=${region} ${project}`,
      };
    case 'bucket':
      return {
        service: 'storage.googleapis.com',
        path: `storage/v1/b/${id}-trainyard/iam`,
        query: { optionsRequestedPolicyVersion: '3' },
        command: `gcloud storage buckets add-iam-policy-binding gs://${id}-trainyard`,
      };
    case 'repository':
      return {
        service: 'artifactregistry.googleapis.com',
        path: `v1/projects/${id}/locations/${region}/repositories/trainyard:getIamPolicy`,
        command: `gcloud artifacts repositories add-iam-policy-binding trainyard --location=${region} ${project}`,
      };
    default:
      return {
        service: 'cloudresourcemanager.googleapis.com',
        path: `v3/projects/${id}:getIamPolicy`,
        body: { options: { requestedPolicyVersion: 3 } },
        command: `gcloud projects add-iam-policy-binding ${id} --condition=None`,
      };
  }
}
