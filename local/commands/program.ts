/** The commands of `trainyard`, in the order in which help and the reference page have them. */
import type { ProgramTable } from '@trainyard/shared/commandLine/commandTable';
import { attach } from './attach/attach.js';
import { cancel } from './cancel.js';
import { completionOf } from './tools/completion.js';
import { compare } from './comparison/compare.js';
import { type Command, EXIT_CODES } from './command.js';
import { cost } from './cost.js';
import { demo } from './demo.js';
import { deploy } from './deploy.js';
import { doctor } from './doctor.js';
import { experiments } from './experiments/experiments.js';
import { exportRun } from './takeAway/export.js';
import { exportMlflow } from './takeAway/exportMlflow.js';
import { init } from './init/init.js';
import { list } from './list.js';
import { logs } from './logs.js';
import { recommend } from './lists/recommend.js';
import { open } from './results/open.js';
import { promote } from './models/promote.js';
import { rollback } from './models/rollback.js';
import { versions } from './models/versions.js';
import { profile } from './profile/profile.js';
import { report } from './results/report.js';
import { similar } from './lists/similar.js';
import { reproduce } from './reproduce.js';
import { retrain } from './retrain.js';
import { retry } from './retry.js';
import { sample } from './sample.js';
import { schema } from './tools/schema.js';
import { show } from './show/show.js';
import { start } from './start.js';
import { repeats } from './quick/repeats.js';
import { demoSweep } from './sweep/demoSweep.js';
import { sweepCommand } from './sweep/sweep.js';
import { trainFull } from './quick/trainFull.js';
import { up } from './up.js';
import { verify } from './results/verify.js';
import { watch } from './watch.js';

/** By the word that follows `trainyard`, or the two words. */
export const COMMANDS: ReadonlyMap<string, Command> = new Map(
  [
    up,
    init,
    start,
    watch,
    list,
    show,
    compare,
    attach,
    cancel,
    retry,
    trainFull,
    repeats,
    sweepCommand,
    experiments,
    versions,
    promote,
    rollback,
    retrain,
    reproduce,
    verify,
    recommend,
    report,
    profile,
    open,
    exportRun,
    exportMlflow,
    similar,
    logs,
    cost,
    schema,
    completionOf(() => PROGRAM),
    sample,
    demo,
    demoSweep,
    deploy,
    doctor,
  ].map((command) => [command.table.name.replace(/^trainyard /, ''), command]),
);

/** The command that a command line begins with, of two words where there is one, and the rest of it. */
export function commandOf(
  argv: readonly string[],
): { command: Command; name: string; rest: readonly string[] } | undefined {
  for (const words of [2, 1]) {
    const name = argv.slice(0, words).join(' ');
    const command = COMMANDS.get(name);
    if (command) return { command, name, rest: argv.slice(words) };
  }
  return undefined;
}

export const PROGRAM: ProgramTable = {
  name: 'trainyard',
  summary: 'Trains two-tower recommendation models, here or on a Trainyard elsewhere.',
  commands: [...COMMANDS.values()].map(({ table }) => table),
  notes: [
    'Environment: TRAINYARD_URL and TRAINYARD_TOKEN name another Trainyard; NO_COLOR turns colours off.',
  ],
  exitCodes: EXIT_CODES,
};
