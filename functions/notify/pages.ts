/** Where people look at runs, sweeps and experiments, as far as the deployment names such pages. */
import type { Experiment } from '@trainyard/shared';
import { z } from 'zod';

/** An address with the places that are filled in. */
const pageUrl = (...places: string[]) =>
  places
    .reduce(
      (schema, place) => schema.refine((url) => url.includes(place), `must have ${place} in it`),
      z.string().refine((url) => isAddress(url), 'must be an http or https URL'),
    )
    .optional();

function isAddress(url: string): boolean {
  return z.url({ protocol: /^https?$/ }).safeParse(url).success;
}

export const pageSchemas = {
  runUrl: pageUrl('{runId}'),
  sweepUrl: pageUrl('{sweepId}'),
  experimentUrl: pageUrl('{modelId}', '{experimentId}'),
};
const pagesSchema = z.object(pageSchemas);
export type PageUrls = z.infer<typeof pagesSchema>;

/** The variable of each page. */
export const pageVariables = [
  { name: 'runUrl', variable: 'TRAINYARD_RUN_URL' },
  { name: 'sweepUrl', variable: 'TRAINYARD_SWEEP_URL' },
  { name: 'experimentUrl', variable: 'TRAINYARD_EXPERIMENT_URL' },
] as const satisfies readonly { name: keyof PageUrls; variable: string }[];
type PageVariable = (typeof pageVariables)[number]['variable'];

/** The pages that an environment names. */
export function pagesIn(variables: Readonly<Partial<Record<PageVariable, string | undefined>>>): PageUrls {
  return Object.fromEntries(
    pageVariables.flatMap(({ name, variable }) =>
      variables[variable] === undefined ? [] : [[name, variables[variable]]],
    ),
  );
}

export function runPage({ runUrl }: PageUrls, runId: string): string | null {
  return runUrl?.replaceAll('{runId}', runId) ?? null;
}

export function sweepPage({ sweepUrl }: PageUrls, sweepId: string): string | null {
  return sweepUrl?.replaceAll('{sweepId}', sweepId) ?? null;
}

export function experimentPage(
  { experimentUrl }: PageUrls,
  { modelId, experimentId }: Pick<Experiment, 'modelId' | 'experimentId'>,
): string | null {
  const page = experimentUrl?.replaceAll('{modelId}', modelId).replaceAll('{experimentId}', experimentId);
  return page ?? null;
}
