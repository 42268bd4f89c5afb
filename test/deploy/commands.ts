/** Every gcloud command line of this repository: of plans, of Cloud Build, of the documentation. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { deploymentPlan } from '../../cloudbuild/plan/deploymentPlan.js';
import { deploySettingsSchema, type Deployment } from '../../cloudbuild/plan/settings.js';
import { defaultTiers } from '../../functions/compute/defaultTiers.js';
import { tierSchema } from '../../functions/compute/tier.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Everything that can be set is. */
export const FULL = {
  project: 'shop-prod',
  projectNumber: '123456789012',
  region: 'europe-west4',
  firestoreLocation: 'eur3',
  environment: 'staging' as const,
  firebaseProject: 'shop-prod',
  firebaseWeb: { apiKey: 'AIzaSyExample', authDomain: 'shop-prod.firebaseapp.com' },
  hosting: { domains: ['trainyard.shop.example'] },
  googleAudience: 'https://trainyard.shop.example',
  members: { "o'neil@shop.example": { role: 'admin' } },
  prices: [{ sku: 'cloudRun.vcpu', regions: ['europe-west4'], usd: 0.00002 }],
  monthlyBudgetUsd: 500,
  budgetAction: 'stop' as const,
  historyDataset: 'trainyard_history',
  notificationsSecret: 'trainyard-notifications',
  mlflow: {
    uri: 'https://mlflow.shop.example',
    experiment: 'shop/{model}',
    parameters: ['model.*', 'training.*'],
    username: 'trainyard',
    secret: 'trainyard-mlflow-password',
  },
  formerMasterSecretVersion: 3,
  runUrl: 'https://shop.example/runs/{runId}',
  otlpEndpoint: 'https://otlp.shop.example',
  terraformState: 'shop-prod-terraform',
};

export function deploymentOf(
  settings: Parameters<typeof deploySettingsSchema.parse>[0] = FULL,
  more: Partial<Deployment> = {},
): Deployment {
  const parsed = deploySettingsSchema.parse(settings);
  const tiers = (parsed.tiers ?? defaultTiers(parsed.region)).map((tier) => tierSchema.parse(tier));
  return { settings: parsed, tiers, tag: 'abc123', first: false, bundled: false, ...more };
}

const GCLOUD = /^gcloud\b/;

export function planned(): string[][] {
  const minimal = {
    project: 'shop-prod',
    projectNumber: '123456789012',
    auth: 'platform',
    apiCallers: ['group:ml@shop.example'],
  };
  return [deploymentOf(FULL, { first: true }), deploymentOf(minimal)]
    .flatMap((deployment) => deploymentPlan(deployment))
    .map(({ command }) => [...command])
    .filter(([program]) => program === 'gcloud');
}

/** In fenced blocks of pages, with the words of pages for what a reader fills in. */
export function documented(): string[][] {
  const pages = [
    'README.md',
    ...readdirSync(`${ROOT}docs`)
      .filter((name) => name.endsWith('.md'))
      .map((name) => `docs/${name}`),
  ];
  return pages.flatMap((page) => {
    const blocks = [...readFileSync(`${ROOT}${page}`, 'utf8').matchAll(/^```(?:sh|bash)\n([^]*?)^```/gm)];
    return blocks.flatMap(([, block = '']) => commandsIn(block));
  });
}

/** What the variables of the scripts stand for, where a build or a loop sets them. */
const EXAMPLES: Readonly<Record<string, string>> = {
  PROJECT_ID: 'shop-prod',
  COMMIT_SHA: 'abc123',
  image: 'trainer-gpu',
  name: 'trainyard-api',
  scan: 'projects/shop-prod/locations/europe/scans/1',
};

/** In the scripts of Cloud Build's steps. */
export function built(): string[][] {
  const files = readdirSync(`${ROOT}cloudbuild`).filter((name) => name.endsWith('.yaml'));
  return files.flatMap((file) => {
    const { steps, substitutions = {} } = parse(readFileSync(`${ROOT}cloudbuild/${file}`, 'utf8')) as {
      steps: { script: string; env?: string[] }[];
      substitutions?: Record<string, string>;
    };
    return steps.flatMap(({ script, env = [] }) => {
      const set = Object.fromEntries(
        env.map((entry) => entry.split(/=(.*)/s)).map(([name, value]) => [name, value]),
      );
      const values = { ...EXAMPLES, ...substitutions, ...set };
      return commandsIn(script).map((words) => words.map((word) => filled(word, values)));
    });
  });
}

/** Values may have variables in them, as a step's environment has the build's. */
function filled(word: string, values: Readonly<Record<string, string | undefined>>): string {
  const next = word.replaceAll(
    /\$\{?([A-Za-z_]\w*)\}?/g,
    (variable, name: string) => values[name] ?? variable,
  );
  return next === word ? word : filled(next, values);
}

/** Lines that begin with gcloud, or have it behind a pipe or in `$(…)`; comments and what follows the command are left out. */
export function commandsIn(script: string): string[][] {
  const lines = script.replaceAll(/\\\n\s*/g, ' ').split('\n');
  return lines
    .flatMap((line) => {
      const { inner, outer } = substituted(line);
      return [...inner, ...outer.split(/\s(?:\|\|?|&&|;|>>?)\s?|^if !? ?|; then/)];
    })
    .map((line) => wordsOf(line.trim()))
    .filter((words) => GCLOUD.test(words[0] ?? ''));
}

/** What stands in `$(…)`, and the line with a word in its place. */
function substituted(line: string): { inner: string[]; outer: string } {
  const start = line.indexOf('$(');
  if (start < 0) return { inner: [], outer: line };
  let depth = 0;
  let end = start + 1;
  do {
    if (line[end] === '(') depth += 1;
    if (line[end] === ')') depth -= 1;
    end += 1;
  } while (depth > 0 && end < line.length);
  const rest = substituted(`${line.slice(0, start)}VALUE${line.slice(end)}`);
  return { inner: [line.slice(start + 2, end - 1), ...rest.inner], outer: rest.outer };
}

/** As the shell splits it: quotes go, a comment ends it. */
function wordsOf(line: string): string[] {
  const words: string[] = [];
  const pattern = /((?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"'])+)/g;
  for (const [word] of line.matchAll(pattern)) {
    if (word.startsWith('#')) break;
    words.push(
      word.replaceAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'/g, (_, double, single) => String(double ?? single)),
    );
  }
  return words;
}
