/** What `trainyard sweep` does, and which flags go with what. */
import type { SweepPrunerKind, SweepStrategyName } from '@trainyard/shared';
import { UserError } from '@trainyard/shared/commandLine/userError';
import type { TrainyardClient } from '../../client/trainyardClient.js';
import type { CommandContext } from '../command.js';

export const ACTIONS = [
  'start',
  'list',
  'show',
  'watch',
  'pause',
  'resume',
  'extend',
  'cancel',
  'add-trial',
  'finalize',
] as const;
export type Action = (typeof ACTIONS)[number];

export interface SweepValues {
  id: string | undefined;
  model: string | undefined;
  spec: string | undefined;
  space: string | undefined;
  data: string | undefined;
  name: string | undefined;
  experiment: string | undefined;
  strategy: SweepStrategyName | undefined;
  pruner: SweepPrunerKind | undefined;
  objective: string | undefined;
  trials: number | undefined;
  parallel: number | undefined;
  timeout: number | undefined;
  budget: number | undefined;
  seed: number | undefined;
  tiers: string[] | undefined;
  set: [string, unknown][];
  override: [string, unknown][];
  trial: number | undefined;
  repeats: number | undefined;
  'no-baseline': boolean;
  out: string | undefined;
  detach: boolean;
  json: boolean;
}

/** What each part of the command is given. */
export interface SweepAsked {
  client: TrainyardClient;
  values: SweepValues;
  context: CommandContext;
}

type FlagName = Exclude<keyof SweepValues, 'id' | 'json'>;
const LIMITS: readonly FlagName[] = ['trials', 'parallel', 'timeout', 'budget'];
const OF_START: readonly FlagName[] = [
  'model',
  'spec',
  'space',
  'data',
  'name',
  'experiment',
  'strategy',
  'pruner',
  'objective',
  'seed',
  'tiers',
  'detach',
  'out',
  ...LIMITS,
];
const FLAGS: Readonly<Record<Action, readonly FlagName[]>> = {
  start: OF_START,
  list: ['model', 'trials'],
  show: ['out'],
  watch: ['out'],
  pause: [],
  resume: [],
  extend: LIMITS,
  cancel: [],
  'add-trial': ['set'],
  finalize: ['trial', 'override', 'repeats', 'no-baseline', 'detach', 'out'],
};

/** A flag of another action would do nothing. */
export function refuseStray(action: Action, { id, json: _json, ...values }: SweepValues): void {
  if (action === 'start' && id !== undefined)
    throw new UserError('wrong-arguments', `a sweep that is started has no id yet, and got "${id}"`);
  const all = [...new Set(Object.values(FLAGS).flat())];
  const stray = all.find((name) => isGiven(values[name]) && !FLAGS[action].includes(name));
  if (stray === undefined) return;
  const meant = ACTIONS.filter((other) => FLAGS[other].includes(stray));
  throw new UserError(
    'wrong-arguments',
    `--${stray} goes with ${meant.join(', ')}, not with ${action}: leave it out`,
  );
}

function isGiven(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
}
