/** The page on Firebase Hosting: its files, the headers that the host of one machine gives them, and `/api` of the same origin. */
import {
  API_PATHS,
  cachingOf,
  HASHED_FOLDER,
  pageHeaders,
  type PageSources,
} from '@trainyard/shared/page/pageHeaders';
import { functionUrl, type Deployment, type DeploySettings } from './settings.js';
import type { Step } from './step.js';

/** The folder of the build, and the configuration beside it: Firebase's tool publishes nothing from outside of its folder. */
const CONFIGURATION = 'dashboard/dist/firebase.json';
const PUBLIC = 'page';
/** Held at a version, for it is fetched as it is needed. */
const TOOL = 'firebase-tools@15.34.2';
const API = 'trainyard-api';

/** Why the page asks the API itself for streams: https://firebase.google.com/docs/hosting/cloud-run and firebase-tools' issue 9774. */
export const streamOriginOf = (settings: DeploySettings): string => functionUrl(settings, API);

/** Where the page is, its first address first; nowhere unless the settings say so. */
export function pageOrigins({ hosting, project }: DeploySettings): string[] {
  if (hosting === undefined) return [];
  const site = hosting.site ?? project;
  return [...hosting.domains, `${site}.web.app`, `${site}.firebaseapp.com`].map(
    (domain) => `https://${domain}`,
  );
}

interface Header {
  key: string;
  value: string;
}
export interface HostingConfiguration {
  site: string;
  public: string;
  ignore: string[];
  /** `source` is a glob, which a `!` in front turns around: https://firebase.google.com/docs/hosting/full-config#glob_pattern_matching. */
  headers: { source: string; headers: Header[] }[];
  /** The first that matches holds, where no file of that name is there. */
  rewrites: ({ source: string } & (
    { run: { serviceId: string; region: string } } | { destination: string }
  ))[];
}

/** No name is set by two of the headers for one path: which of them would hold is not documented. */
export function hostingConfiguration(
  site: string,
  region: string,
  sources: PageSources,
): HostingConfiguration {
  const api = API_PATHS.join('|');
  const caching = (path: string) => [{ key: 'cache-control', value: cachingOf(path) }];
  return {
    site,
    public: PUBLIC,
    ignore: ['**/.*'],
    headers: [
      // Answers of the API have their own.
      {
        source: `!/@(${api})/**`,
        headers: Object.entries(pageHeaders(sources)).map(([key, value]) => ({ key, value })),
      },
      { source: `!/@(${api}|${HASHED_FOLDER})/**`, headers: caching('') },
      { source: `/${HASHED_FOLDER}/**`, headers: caching(`${HASHED_FOLDER}/`) },
    ],
    rewrites: [
      ...API_PATHS.flatMap((path) => [`/${path}`, `/${path}/**`]).map((source) => ({
        source,
        run: { serviceId: API, region },
      })),
      // A part of an older build that is gone is not the entry, which would be kept in its place.
      { source: `!/${HASHED_FOLDER}/**`, destination: '/index.html' },
    ],
  };
}

/** The page is built, and brought to its site. */
export function hostingSteps({ settings }: Deployment): Step[] {
  const { hosting, project, region, firebaseWeb } = settings;
  if (hosting === undefined) return [];
  const site = hosting.site ?? project;
  const configuration = hostingConfiguration(site, region, {
    streamOrigin: streamOriginOf(settings),
    firebase: firebaseWeb ? { ...firebaseWeb, firestoreEmulator: null } : null,
  });
  return [
    {
      phase: 'hosting',
      title: 'The page is built',
      command: ['npm', 'run', '--silent', 'build'],
      files: [],
      remedy: 'run npm ci first: the page is made of the packages that it installs',
    },
    {
      phase: 'hosting',
      title: `The page goes to https://${site}.web.app, with ${API} behind its /api`,
      command: [
        'npx',
        '--yes',
        TOOL,
        'deploy',
        '--only=hosting',
        `--config=${CONFIGURATION}`,
        `--project=${project}`,
        '--non-interactive',
      ],
      files: [{ path: CONFIGURATION, content: `${JSON.stringify({ hosting: configuration }, null, 2)}\n` }],
      costs:
        'nothing up to 10 GB stored and 360 MB sent a day, then $0.026 a GB and month stored and $0.15 a GB sent; the page is some 1.3 MB, of which a first visit is sent 0.4 MB at the most. Calls of /api cost what the function does',
      remedy: `make the project one of Firebase, once: npx ${TOOL} projects:addfirebase ${project}; a site of another name: npx ${TOOL} hosting:sites:create ${site} --project=${project}; log in with gcloud auth application-default login`,
    },
  ];
}
