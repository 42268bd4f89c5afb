import { formatMetric, type SweepView } from '@trainyard/shared';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { plain, truncate } from '../../watch/layout.js';
import { EXIT, modelArgument } from '../command.js';
import { textTable } from '../comparison/textTable.js';
import type { SweepAsked } from './actions.js';

const USUAL = 20;

/** The sweeps of a model, the newest first. */
export async function listSweeps({ client, values, context }: SweepAsked): Promise<number> {
  const parsed = modelArgument.safeParse(values.id ?? values.model);
  if (!parsed.success) throw new UserError('wrong-arguments', 'name the model: trainyard sweep list MODEL');
  const most = values.trials ?? USUAL;
  const sweeps = await client.sweeps(parsed.data, most);
  const { terminal } = context;
  if (values.json) terminal.draw(sweeps.map((sweep) => JSON.stringify(sweep)));
  else if (sweeps.length > 0) terminal.draw(textTable([HEAD, ...sweeps.map(rowOf)], terminal.layout));
  if (sweeps.length === 0) context.note(`${parsed.data} has no sweep at ${client.url}`);
  if (sweeps.length === most) context.note(`only the newest ${most}: --trials N shows more`);
  return EXIT.ok;
}

const HEAD = ['sweep', 'name', 'status', 'trials', 'best', 'objective', 'created (UTC)'].map((text) => ({
  text,
  style: 'dim' as const,
}));

function rowOf({
  sweepId,
  name,
  status,
  endReason,
  trials,
  maxTrials,
  best,
  objective,
  createdAt,
}: SweepView) {
  const over = trials.completed + trials.pruned + trials.failed + trials.cancelled;
  return [
    sweepId,
    name === sweepId ? '–' : truncate(plain(name), 30),
    endReason === null || endReason === status ? status : `${status} (${endReason})`,
    `${over}/${maxTrials}`,
    best ? formatMetric(objective.metric, best.value) : '–',
    objective.metric,
    createdAt.slice(0, 16).replace('T', ' '),
  ].map((text) => ({ text }));
}
