import { MAX_DELIVERIES } from '@trainyard/shared';
import { z } from 'zod';
import type { Finding, Findings } from '../finding.js';
import { emailOf, terraformApply, urlOf, type Check, type Project } from './project.js';

const SERVICE = 'pubsub.googleapis.com';
const topicSchema = z.object({ name: z.string() });
const subscriptionSchema = z.object({
  topic: z.string(),
  state: z.string().default('ACTIVE'),
  filter: z.string().default(''),
  ackDeadlineSeconds: z.number().default(10),
  pushConfig: z
    .object({
      pushEndpoint: z.string().default(''),
      oidcToken: z
        .object({ serviceAccountEmail: z.string().default(''), audience: z.string().default('') })
        .prefault({}),
    })
    .prefault({}),
  deadLetterPolicy: z.object({ deadLetterTopic: z.string(), maxDeliveryAttempts: z.number() }).optional(),
});
type Subscription = z.infer<typeof subscriptionSchema>;

const short = (name: string) => name.slice(name.lastIndexOf('/') + 1);

/** Topics, each with one beside it for what failed too often, which is kept. */
export const topics: Check = {
  name: 'topics',
  permission: 'pubsub.topics.list',
  async run(project, { ok, error }) {
    const { api, id, expected } = project;
    const found = await api.list(topicSchema, 'topics', SERVICE, `v1/projects/${id}/topics`, {
      pageSize: '1000',
    });
    const names = new Set(found.map(({ name }) => short(name)));
    const own = [...new Set(Object.values(expected.subscriptions).map(({ topic }) => topic))];
    const wanted = own.flatMap((topic) => [topic, `${topic}-dead-letters`]);
    const missing = wanted.filter((topic) => !names.has(topic));
    const kept = await Promise.all(
      own.map(async (topic) => {
        const name = `${topic}-dead-letters-kept`;
        const path = `v1/projects/${id}/subscriptions/${name}`;
        return (await api.find(subscriptionSchema, SERVICE, path)) ? [] : name;
      }),
    );
    const findings = [
      ...missing.map((topic) => error(`there is no topic ${topic}`, terraformApply(project))),
      ...kept
        .flat()
        .map((name) =>
          error(
            `there is no subscription ${name}: messages that are given up are lost`,
            terraformApply(project),
          ),
        ),
    ];
    return findings.length > 0 ? findings : [ok(`${wanted.join(', ')} are there`)];
  },
};

/** The push subscriptions: what they let through, whom they call, as whom, and where failures go. */
export const subscriptions: Check = {
  name: 'subscriptions',
  permission: 'pubsub.subscriptions.get',
  async run(project, findings) {
    const { api, id, expected } = project;
    const found = await Promise.all(
      Object.entries(expected.subscriptions).map(async ([name, { topic, types, attributes, when }]) => {
        const path = `v1/projects/${id}/subscriptions/trainyard-${name}`;
        const made = await api.find(subscriptionSchema, SERVICE, path);
        // Of what only some deployments have, nobody misses it.
        if (!made && when !== undefined) return [];
        if (!made)
          return [findings.error(`there is no subscription trainyard-${name}`, terraformApply(project))];
        const filter = [
          ...types.map((type) => `attributes.type = "${type}"`),
          ...attributes.map((attribute) => `attributes:${attribute}`),
        ].join(' OR ');
        return lookAt(project, { name, topic, filter, made }, findings);
      }),
    );
    return found.flat();
  },
};

function lookAt(
  project: Project,
  { name, topic, filter, made }: { name: string; topic: string; filter: string; made: Subscription },
  { ok, error, warning }: Findings,
): Finding[] {
  const { id } = project;
  const own = `trainyard-${name}`;
  const audience = urlOf(own, project);
  const endpoint = `${audience}/projects/${id}/topics/${topic}`;
  const email = emailOf('trainyard-push', id);
  const { pushEndpoint, oidcToken } = made.pushConfig;
  const findings: Finding[] = [];
  if (short(made.topic) !== topic)
    findings.push(
      error(`${own} listens to ${short(made.topic)} instead of ${topic}`, terraformApply(project)),
    );
  if (made.state !== 'ACTIVE')
    findings.push(error(`${own} is ${made.state}: Pub/Sub delivers nothing`, terraformApply(project)));
  if (made.filter !== filter)
    findings.push(
      error(
        `${own} lets through ${made.filter || 'everything'} instead of ${filter || 'everything'}; a filter cannot be changed`,
        `gcloud pubsub subscriptions delete ${own} --project=${id} && ${terraformApply(project)}`,
      ),
    );
  if (pushEndpoint !== endpoint || oidcToken.serviceAccountEmail !== email || oidcToken.audience !== audience)
    findings.push(
      error(
        `${own} pushes to ${pushEndpoint || 'nobody'} as ${oidcToken.serviceAccountEmail || 'nobody'}`,
        `gcloud pubsub subscriptions modify-push-config ${own} --project=${id} --push-endpoint=${endpoint} --push-auth-service-account=${email} --push-auth-token-audience=${audience}`,
      ),
    );
  const letters = `${topic}-dead-letters`;
  const policy = made.deadLetterPolicy;
  if (!policy || short(policy.deadLetterTopic) !== letters || policy.maxDeliveryAttempts !== MAX_DELIVERIES)
    findings.push(
      error(
        `${own} does not give up after ${MAX_DELIVERIES} deliveries: one bad message comes again and again`,
        `gcloud pubsub subscriptions update ${own} --project=${id} --dead-letter-topic=${letters} --max-delivery-attempts=${MAX_DELIVERIES}`,
      ),
    );
  if (made.ackDeadlineSeconds < 60)
    findings.push(
      warning(
        `${own} waits ${made.ackDeadlineSeconds} s for an answer: slow ones are delivered again`,
        `gcloud pubsub subscriptions update ${own} --project=${id} --ack-deadline=180`,
      ),
    );
  return findings.length > 0 ? findings : [ok(`${own} pushes ${filter || 'every message'} to its function`)];
}
