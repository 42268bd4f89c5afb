/** The page on Firebase Hosting, where the functions are told of one: what was released, and what it answers. */
import { hostingConfiguration } from '@trainyard/cloudbuild/plan/hosting';
import { configFromEnvironment } from '@trainyard/functions/config';
import { signInSchema } from '@trainyard/shared/http/signIn';
import { pageHeaders, type PageSources } from '@trainyard/shared/page/pageHeaders';
import { z } from 'zod';
import type { Finding, Findings } from '../finding.js';
import { urlOf, type Check, type Project } from './project.js';

const API = 'trainyard-api';

/** `firebasehosting.googleapis.com` v1beta1, as far as it is looked at. */
const releasesSchema = z.object({
  releases: z
    .array(
      z.object({
        version: z.object({
          config: z
            .object({
              headers: z
                .array(z.object({ glob: z.string().default(''), headers: z.record(z.string(), z.string()) }))
                .default([]),
              rewrites: z
                .array(
                  z.object({
                    glob: z.string().default(''),
                    path: z.string().optional(),
                    run: z.object({ serviceId: z.string(), region: z.string() }).optional(),
                  }),
                )
                .default([]),
            })
            .prefault({}),
        }),
      }),
    )
    .default([]),
});
type Released = z.infer<typeof releasesSchema>['releases'][number]['version']['config'];

export const hosting: Check = {
  name: 'hosting',
  permission: 'firebasehosting.sites.get',
  async run(project, findings) {
    const { api, id } = project;
    const deployed = (await project.functions()).find(({ name }) => name === API);
    const variables = deployed?.serviceConfig.environmentVariables ?? {};
    const site = siteIn(variables);
    if (site === undefined) return [findings.ok('the settings ask for no page on Firebase Hosting')];
    const sources = sourcesIn(variables);
    if (sources === undefined)
      return [findings.unknown(`what the page should be like is not known: ${API} would not start`)];
    const service = 'firebasehosting.googleapis.com';
    const query = { pageSize: '1' };
    const found = await api.find(releasesSchema, service, `v1beta1/sites/${site}/releases`, { query });
    const newest = found?.releases[0]?.version.config;
    if (newest === undefined)
      return [
        findings.error(
          `${found ? 'nothing was released on the' : 'there is no'} site ${site} of Firebase Hosting`,
          deployOf(id),
        ),
      ];
    const wrong = [
      ...lookAtRelease(project, { site, newest, sources }, findings),
      ...(await lookAtPage(project, { site, sources }, findings)),
    ];
    return wrong.length > 0
      ? wrong
      : [findings.ok(`https://${site}.web.app has the page, and the API behind it`)];
  },
};

const deployOf = (id: string) => `npx trainyard deploy --project ${id} --only hosting`;

/** Of the origins whose pages may ask for changes, that of the site. */
function siteIn(variables: Readonly<Record<string, string>>): string | undefined {
  if (!variables['TRAINYARD_STREAM_ORIGIN']) return undefined;
  return /https:\/\/([a-z0-9-]+)\.web\.app(?=\s|$)/.exec(variables['TRAINYARD_ALLOWED_ORIGINS'] ?? '')?.[1];
}

/** Undefined where the function cannot be configured: the check of functions says why. */
function sourcesIn(variables: Readonly<Record<string, string>>): PageSources | undefined {
  try {
    const { streamOrigin, firebaseWeb } = configFromEnvironment({ ...variables, FUNCTION_TARGET: 'api' });
    return { streamOrigin, firebase: firebaseWeb };
  } catch {
    return undefined;
  }
}

function lookAtRelease(
  { id, region }: Project,
  { site, newest, sources }: { site: string; newest: Released; sources: PageSources },
  { error }: Findings,
): Finding[] {
  const expected = hostingConfiguration(site, region, sources);
  const rewrites = newest.rewrites.map(({ glob, path, run }) => [glob, run ?? path]);
  const wanted = expected.rewrites.map((each) => [each.source, 'run' in each ? each.run : each.destination]);
  const headers = newest.headers.map(({ glob, headers: own }) => [glob, own]);
  const wantedHeaders = expected.headers.map(({ source, headers: own }) => [
    source,
    Object.fromEntries(own.map(({ key, value }) => [key, value])),
  ]);
  return [
    ...(same(rewrites, wanted)
      ? []
      : [error(`what ${site} sends to ${API} in ${region} is not what this checkout says`, deployOf(id))]),
    ...(same(headers, wantedHeaders)
      ? []
      : [error(`the headers that ${site} gives the page are not those of this checkout`, deployOf(id))]),
  ];
}

/** Names in an object may come in another order. */
function same(one: unknown, other: unknown): boolean {
  return canonical(one) === canonical(other);
}
const canonical = (value: unknown) =>
  JSON.stringify(value, (_name, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

async function lookAtPage(
  project: Project,
  { site, sources }: { site: string; sources: PageSources },
  { error }: Findings,
): Promise<Finding[]> {
  const { api, id, region } = project;
  const host = `${site}.web.app`;
  const entry = await api.look(host, '');
  if (!entry.ok) return [error(`https://${host} answers ${entry.status}`, deployOf(id))];
  const others = Object.entries(pageHeaders(sources)).filter(
    ([name, value]) => entry.headers.get(name) !== value,
  );
  const wrong = others.map(([name]) =>
    error(`https://${host} comes with ${name} "${entry.headers.get(name) ?? ''}"`, deployOf(id)),
  );
  const behind = await api.look(host, 'api/sign-in');
  const told = signInSchema.safeParse(behind.json);
  if (!behind.ok || !told.success) {
    const at = `--region=${region} --project=${id}`;
    const invoker = `gcloud run services add-iam-policy-binding ${API} ${at} --member=allUsers --role=roles/run.invoker`;
    const mend = behind.status === 403 ? invoker : deployOf(id);
    return [...wrong, error(`https://${host}/api does not reach ${API}: it answers ${behind.status}`, mend)];
  }
  const { streamOrigin } = told.data;
  if (streamOrigin === urlOf(API, project)) return wrong;
  return [
    ...wrong,
    error(
      `the page asks ${streamOrigin ?? 'its own origin'} for streams, not ${urlOf(API, project)}`,
      `npx trainyard deploy --project ${id} --only functions`,
    ),
  ];
}
