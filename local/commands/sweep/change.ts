/** Pauses, resumes, extends and cancels a sweep, and gives it a trial: what the server answers, and what one does next. */
import type { SweepEndReason, SweepView } from '@trainyard/shared';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { waitingText } from '@trainyard/shared/sweeps/waitingText';
import { budgetDoubt } from '@trainyard/functions/sweeps/report/sweepFile';
import { wrap } from '../../watch/layout.js';
import { EXIT } from '../command.js';
import type { SweepAsked, SweepValues } from './actions.js';
import { parametersText, progressLine } from './trialTable.js';

export async function change(
  { client, values, context }: SweepAsked,
  action: 'pause' | 'resume' | 'extend' | 'cancel',
  sweepId: string,
): Promise<number> {
  const sweep = await client.changeSweep(sweepId, action, action === 'extend' ? limitsOf(values) : {});
  const { terminal } = context;
  const unlimited = budgetDoubt(sweep);
  terminal.draw(
    values.json
      ? [JSON.stringify(sweep)]
      : [
          `sweep ${sweepId}`,
          progressLine(sweep),
          ...(action === 'cancel' && sweep.endReason !== null
            ? [`  it had ended before (${sweep.endReason}), so that nothing was cancelled`]
            : []),
          ...[unlimited, waitingText(sweep)].flatMap((text) =>
            text === '' ? [] : wrap(text, terminal.layout.width, '  '),
          ),
          ...nextLines(sweep),
        ],
  );
  return EXIT.ok;
}

function limitsOf({ trials, parallel, timeout, budget }: SweepValues): Record<string, number> {
  const limits = { maxTrials: trials, maxParallel: parallel, timeoutSeconds: timeout, budgetUsd: budget };
  const given = Object.entries(limits).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  if (given.length > 0) return Object.fromEntries(given) as Record<string, number>;
  throw new UserError(
    'wrong-arguments',
    'extend takes what is raised: --trials, --parallel, --timeout or --budget, such as --trials 60',
  );
}

/** What goes on with a sweep that has ended so: to raise anything else would be refused. */
const GO_ON: Readonly<Record<SweepEndReason, (sweepId: string) => string>> = {
  maxTrials: (id) => `extend ${id} --trials N`,
  exhausted: (id) => `add-trial ${id} --set KEY=VALUE, since every combination of its space was tried`,
  timeout: (id) => `extend ${id} --timeout SECONDS`,
  budget: (id) => `extend ${id} --budget USD`,
  failures: (id) => `extend ${id} --trials N, once it is known why trials failed`,
  cancelled: (id) => `extend ${id} --trials N`,
};

/** What one may do with a sweep that is so. */
export function nextLines({ status, sweepId, trials, best, finals, endReason }: SweepView): string[] {
  switch (status) {
    case 'paused':
      return [
        `  ${trials.running === 0 ? 'nothing runs' : `${counted(trials.running)} to the end, and no other is started`}: trainyard sweep resume ${sweepId}`,
      ];
    case 'cancelling':
      return ['  its trials are being cancelled; what was found stays'];
    case 'running':
      return [`  look at it: trainyard sweep watch ${sweepId}`];
    case 'completed':
    case 'cancelled':
      return [
        ...(best && !finals.some(({ trial }) => trial === best.number)
          ? [`  retrain the best as a version of the model: trainyard sweep finalize ${sweepId}`]
          : []),
        ...(best === null && trials.failed > 0
          ? [
              '  trials of the same space are likely to fail alike: mend what made these fail first, or start another sweep',
            ]
          : []),
        `  go on with it: trainyard sweep ${GO_ON[endReason ?? 'maxTrials'](sweepId)}`,
      ];
  }
}

const counted = (running: number) => (running === 1 ? 'a trial goes on' : `${running} trials go on`);

export async function addTrial({ client, values, context }: SweepAsked, sweepId: string): Promise<number> {
  if (values.set.length === 0)
    throw new UserError(
      'wrong-arguments',
      'add-trial takes what the trial has, such as --set training.optimizer.learningRate=0.01',
    );
  const parameters = Object.fromEntries(values.set);
  const queued = await client.addTrial(sweepId, parameters);
  const { status } = await client.sweep(sweepId);
  context.terminal.draw(
    values.json
      ? [JSON.stringify(queued)]
      : [
          `sweep ${sweepId} tries ${parametersText(queued.parameters)} as trial ${queued.number} ${status === 'paused' ? 'once it is resumed' : 'as soon as there is room'}, before what it would try itself`,
          '  all that is not named is as the specification of the sweep has it, not as the best trial has',
          ...(status === 'paused' ? [`it is paused: trainyard sweep resume ${sweepId}`] : []),
          `look at it: trainyard sweep watch ${sweepId}`,
        ],
  );
  return EXIT.ok;
}
