/** What is listened to, by the API for its stream and by pages at Firestore itself. The rules let members ask for no more. */
import { paths } from '../firestore/paths.js';
import type { Role } from '../http/roles.js';
import type { PresetKind } from '../presetSections.js';
import { EVERY_TEAM } from '../runs/run.js';
import { isTerminal, RUN_STATUSES } from '../runs/status.js';

interface Filter {
  field: string;
  op: '==' | 'in' | 'array-contains-any';
  value: string | readonly string[];
}

/** Documents of one collection, all of them: those that lack a field of `orderBy` are left out. */
export interface ListenedQuery {
  collection: string;
  where?: readonly Filter[];
  orderBy?: readonly { field: string; direction: 'asc' | 'desc' }[];
}

const OPEN = RUN_STATUSES.filter((status) => !isTerminal(status));

/** Entries of lists of teams; undefined where every list does, which is for administrators. */
export type Teams = readonly string[] | undefined;

/** The entries of a list of teams that let somebody in. */
export function teamsOf({ role, teams }: { role: Role; teams: readonly string[] }): Teams {
  return role === 'admin' ? undefined : [EVERY_TEAM, ...teams];
}

const ofTeams = (teams: Teams): Filter[] =>
  teams ? [{ field: 'teams', op: 'array-contains-any', value: teams }] : [];

const ordered = (collection: string, field: string): ListenedQuery => ({
  collection,
  orderBy: [{ field, direction: 'asc' }],
});

/**
 * A query may have so many pairs of alternatives, and this one has that of its states and that of teams:
 * https://firebase.google.com/docs/firestore/query-data/queries#query_limitations.
 */
const MOST_TEAMS = Math.floor(30 / OPEN.length);

/** Several where somebody is in more teams than one takes; a run of teams in two of them is heard of by both. */
export function openRunsOf(teams: Teams): ListenedQuery[] {
  if (!teams) return [listened.openRuns(teams)];
  return Array.from({ length: Math.ceil(teams.length / MOST_TEAMS) }, (_, i) =>
    listened.openRuns(teams.slice(i * MOST_TEAMS, (i + 1) * MOST_TEAMS)),
  );
}

export const listened = {
  /** Runs that are not over, oldest first. */
  openRuns: (teams: Teams): ListenedQuery => ({
    ...ordered(paths.runs, 'createdAt'),
    where: [{ field: 'status', op: 'in', value: OPEN }, ...ofTeams(teams)],
  }),
  epochs: (runId: string) => ordered(paths.epochs(runId), 'epoch'),
  stages: (runId: string) => ordered(paths.stages(runId), 'at'),
  events: (runId: string) => ordered(paths.events(runId), 'at'),
  logChunks: (runId: string): ListenedQuery => ({
    collection: paths.logs(runId),
    orderBy: [
      { field: 'attempt', direction: 'asc' },
      { field: 'seq', direction: 'asc' },
    ],
  }),
  /** In the order of their ids. */
  models: (teams: Teams): ListenedQuery => ({
    ...ordered(paths.models, 'modelId'),
    where: ofTeams(teams),
  }),
  modelVersions: (modelId: string) => ordered(paths.modelVersions(modelId), 'version'),
  experiments: (modelId: string) => ordered(paths.experiments(modelId), 'experimentId'),
  presets: (kind: PresetKind) => ordered(paths.presets(kind), 'id'),
  /** Newest first. */
  sweepsOfModel: (modelId: string, teams: Teams): ListenedQuery => ({
    collection: paths.sweeps,
    where: [{ field: 'modelId', op: '==', value: modelId }, ...ofTeams(teams)],
    orderBy: [{ field: 'createdAt', direction: 'desc' }],
  }),
  trials: (sweepId: string) => ordered(paths.trials(sweepId), 'number'),
  queue: (sweepId: string) => ordered(paths.queuedTrials(sweepId), 'number'),
  ends: (sweepId: string) => ordered(paths.sweepEnds(sweepId), 'round'),
  finals: (sweepId: string) => ordered(paths.finalRuns(sweepId), 'at'),
} as const;
