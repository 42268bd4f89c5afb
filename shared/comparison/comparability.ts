/** Whether figures of runs may be put beside each other: only those of the same rows, asked for in the same way, say which model is better. */
import { runName } from '../ids.js';
import type { Run } from '../runs/run.js';
import { protocolOf } from '../spec/evaluation/protocol.js';
import { flattened } from '../spec/flattened.js';
import { seedOf } from '../spec/seeds.js';
import { whole } from '../whole.js';

type Measured = Pick<Run, 'runId' | 'modelId' | 'runNumber' | 'spec' | 'data'>;

export interface Comparability {
  /** `unknown`: a run does not say which rows it has, or not yet, and all else is the same. */
  verdict: 'comparable' | 'notComparable' | 'unknown';
  /** Why not, in sentences. */
  reasons: string[];
  /** The runs' ids by what was measured how; those that do not say which rows they have are in none. */
  groups: string[][];
}

/** What of a run decides on which rows its figures are, and what they mean; null where the run does not say. */
const ASPECTS = {
  rows: {
    of: ({ data }: Measured) => data?.digest ?? null,
    inWords: ({ data }: Measured) => (data ? `${whole(data.rows)} rows, ${data.digest.slice(0, 19)}…` : ''),
    says: 'They have other rows',
  },
  split: {
    of: ({ spec }: Measured) => JSON.stringify(flattened(spec.dataset.split)),
    inWords: ({ spec }: Measured) => settingsInWords(flattened(spec.dataset.split)),
    says: 'The rows are split otherwise',
  },
  protocol: {
    of: (run: Measured) => JSON.stringify(protocolIn(run)),
    inWords: (run: Measured) => settingsInWords(protocolIn(run)),
    says: 'They are measured otherwise',
  },
  target: {
    of: ({ spec }: Measured) => (spec.features.target ? JSON.stringify(targetIn(spec)) : null),
    inWords: ({ spec }: Measured) => settingsInWords(targetIn(spec)),
    says: 'They predict another target',
  },
} as const;
type Aspect = keyof typeof ASPECTS;

function protocolIn({ spec }: Measured) {
  const { evaluation, training } = spec;
  return flattened({
    ...protocolOf(evaluation),
    relevant: evaluation.relevant,
    maxUsers: evaluation.maxUsers,
    // What is drawn of the users is another part of them by another seed.
    seed: evaluation.maxUsers === undefined ? undefined : seedOf(training, 'evaluation'),
  });
}

/** What training makes of it besides is undone before errors are measured. */
function targetIn({ features: { target } }: Measured['spec']) {
  return flattened({ column: target?.column, threshold: target?.threshold });
}

function settingsInWords(settings: ReturnType<typeof flattened>): string {
  return Object.entries(settings)
    .map(([key, value]) => `${key} ${String(value)}`)
    .join(', ');
}

export function comparabilityOf(runs: readonly Measured[]): Comparability {
  const aspects = (Object.keys(ASPECTS) as Aspect[]).map((aspect) => {
    const keys = runs.map((run) => ASPECTS[aspect].of(run));
    return { aspect, keys, groups: [...grouped(runs, keys).values()] };
  });
  const differing = aspects.filter(({ groups }) => groups.length > 1);
  const silent = runs.filter(({ data }) => data === null);
  const measured = runs.map(({ data }, i) =>
    data === null ? null : JSON.stringify(aspects.map(({ keys }) => keys[i])),
  );
  return {
    verdict: differing.length > 0 ? 'notComparable' : silent.length > 0 ? 'unknown' : 'comparable',
    reasons: [
      ...differing.map(({ aspect, groups }) => reasonOf(aspect, groups)),
      ...(silent.length > 0 ? [`${runNames(silent)}: it is not known which rows.`] : []),
    ],
    groups: [...grouped(runs, measured).values()].map((group) => group.map(({ runId }) => runId)),
  };
}

/** By their keys; those whose key is null are in none. */
function grouped(runs: readonly Measured[], keys: readonly (string | null)[]): Map<string, Measured[]> {
  const groups = new Map<string, Measured[]>();
  for (const [i, run] of runs.entries()) {
    const key = keys[i] ?? null;
    if (key !== null) groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return groups;
}

/** The most groups that a sentence tells of. */
const MOST_GROUPS = 4;

function reasonOf(aspect: Aspect, groups: readonly (readonly Measured[])[]): string {
  const told = groups
    .slice(0, MOST_GROUPS)
    .flatMap((group) => (group[0] ? [`${runNames(group)}: ${ASPECTS[aspect].inWords(group[0])}`] : []));
  const rest = groups.length > MOST_GROUPS ? `; and ${groups.length - MOST_GROUPS} more` : '';
  return `${ASPECTS[aspect].says} (${told.join('; ')}${rest}).`;
}

/** The most runs that a sentence names. */
const MOST_NAMES = 3;

/** `shop#1, shop#2 and 5 others`. */
export function runNames(runs: readonly Pick<Run, 'modelId' | 'runNumber'>[]): string {
  const names = runs.slice(0, MOST_NAMES).map(runName);
  const others = runs.length - names.length;
  if (others > 0) return `${names.join(', ')} and ${others} other${others > 1 ? 's' : ''}`;
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}
