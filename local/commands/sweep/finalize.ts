import { setTimeout as pause } from 'node:timers/promises';
import type { SweepView } from '@trainyard/shared';
import { plain } from '../../watch/layout.js';
import { UserError } from '@trainyard/shared/commandLine/userError';
import { EXIT } from '../command.js';
import { watchOrLeave } from '../watch.js';
import type { SweepAsked } from './actions.js';
import { writtenAgain } from './look.js';
import { isWhole, type Worth } from '@trainyard/functions/sweeps/report/worth';
import { readWorth, sampleWarning, waitingLine, worthLines } from './worth.js';

const POLL_MS = 1_000;
const USUAL_REPEATS = 3;

/** Retrains the best trial, and says what the sweep was worth. */
export async function finalize({ client, values, context }: SweepAsked, sweepId: string): Promise<number> {
  const { trial, repeats = USUAL_REPEATS, 'no-baseline': isAlone, json, detach } = values;
  if (repeats === 1)
    throw new UserError(
      'wrong-arguments',
      '--repeats is 1, and one repetition tells no spread: write 2 or more, or 0',
    );
  const run = await client.finalizeSweep(sweepId, Object.fromEntries(values.override), {
    trial,
    repeats,
    baseline: !isAlone,
  });
  const sweep = await client.sweep(sweepId);
  const final = sweep.finals.find(({ runId }) => runId === run.runId);
  if (!final) throw new Error(`sweep ${sweepId} does not list its final run ${run.runId}`);
  const { terminal } = context;
  const look = `trainyard sweep show ${sweepId}`;
  const warning = sampleWarning(run, sweepId);
  if (warning !== '') context.note(warning);
  if (!json)
    terminal.draw([
      `${plain(run.name)} (run ${run.runId}) trains trial ${final.trial}${trial === undefined ? `, ${bestInWords(sweep)},` : ''} as a version of ${run.modelId}`,
      ...besideLines(repeats, !isAlone),
      ...(detach ? [`what it comes to: ${look}, and with --out sweeps/${sweepId} its files too`] : []),
    ]);
  if (detach) {
    if (json) terminal.draw([JSON.stringify(await readWorth(client, final))]);
    return EXIT.ok;
  }
  if (!json) {
    const code = await watchOrLeave(client, run, context);
    if (code === EXIT.interrupted) context.note(`so does what is beside it: ${look} says what it comes to`);
    if (code !== EXIT.ok) return code;
  }
  const worth = await waited(() => readWorth(client, final), { client, values, context });
  if (!worth) {
    context.note(`all of it goes on: ${look} says what it comes to`);
    return EXIT.interrupted;
  }
  const files = await writtenAgain({ client, values, context }, sweepId);
  terminal.draw(json ? [JSON.stringify(worth)] : ['', ...worthLines(worth, terminal.layout), ...files]);
  return worth.run.status === 'completed' ? EXIT.ok : EXIT.failed;
}

/** Of a sweep that goes on there may be a better one yet. */
function bestInWords({ endReason, trials, maxTrials }: SweepView): string {
  if (endReason !== null) return 'the best';
  const over = trials.completed + trials.pruned + trials.failed + trials.cancelled;
  return `the best so far (the sweep goes on: ${over} of ${maxTrials} trials are over)`;
}

function besideLines(repeats: number, hasBaseline: boolean): string[] {
  const parts = [
    ...(repeats > 0 ? [`${repeats} repetitions with other seeds (--repeats 0 leaves them out)`] : []),
    ...(hasBaseline ? ['what was before the sweep, trained alike (--no-baseline)'] : []),
  ];
  return parts.length === 0 ? [] : [`  beside it: ${parts.join('; ')}`];
}

/** Once nothing of it is under way any more; undefined where Ctrl-C came before. */
async function waited(
  read: () => Promise<Worth>,
  { values: { json }, context: { terminal, interrupted } }: SweepAsked,
): Promise<Worth | undefined> {
  for (;;) {
    const worth = await read();
    if (isWhole(worth)) {
      if (!json) terminal.draw([], []);
      return worth;
    }
    if (!json) terminal.draw([], [waitingLine(worth)]);
    await pause(POLL_MS, undefined, { signal: interrupted }).catch(() => undefined);
    if (interrupted.aborted) return undefined;
  }
}
