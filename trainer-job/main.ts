/** The trainer's process: settings, reporter and signals around one attempt. How it ends stands in `pipeline/ending.ts`. */
import { join } from 'node:path';
import { forgetSecret } from './settings/environment.js';
import { isJobEnvironment, settingsFromEnvironment, type Settings } from './settings/settings.js';
import { commandHelp } from '@trainyard/shared/commandLine/help';
import { evict } from './cache/eviction.js';
import { queriesHaveEnded } from './data/database.js';
import { inspectSource } from './data/inspect/inspectSource.js';
import { commandFromFlags, TRAINER, type CommandLine } from './pipeline/commandLine.js';
import { conclude, type Ending } from './pipeline/ending.js';
import { makeLists, type Onlooker } from './pipeline/makeLists.js';
import { readSpec } from './pipeline/readSpec.js';
import { failureOf } from './pipeline/failure.js';
import { runTraining } from './pipeline/runTraining.js';
import { StopSignal, timeLimit } from './stopSignal.js';
import { CallbackQueue } from './report/callbackQueue.js';
import { CallbackReporter } from './report/callbackReporter.js';
import { ConsoleReporter } from './report/consoleReporter.js';
import { processLog } from './report/processLog.js';
import type { Reporter } from './report/reporter.js';
import { gpuSampler } from './report/gpu.js';
import { openHome } from './home/openHome.js';
import { resourceSampler } from './report/resources.js';
import { startThreadedSender } from './report/threadedSender.js';
import { TrainerError } from './errors/trainerError.js';

/** How long what nobody has heard may take to be kept for the next attempt. */
const JOURNAL_MS = 2000;
/** How long a query that was interrupted has to let go. */
const LEAVE_MS = 1000;
/** How often progress is told where it is not drawn over. */
const PROGRESS_MS = 10_000;
const now = () => new Date();
const printLine = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(args: readonly string[]): Promise<number> {
  const asked = readCommand(args);
  if (asked.command === 'help') {
    commandHelp(TRAINER).forEach(printLine);
    return 0;
  }
  if (asked.command === 'clearCache') {
    const { entries, bytes, keptBytes } = await evict(asked.folder, asked.limits, now());
    printLine(`removed ${entries} outputs, ${megabytes(bytes)}; ${megabytes(keptBytes)} are left`);
    return 0;
  }
  if (asked.command === 'inspect') {
    printLine(JSON.stringify(await inspectSource(asked.file, process.cwd())));
    return 0;
  }
  if (asked.command === 'lists') {
    const stop = new StopSignal();
    listen(stop);
    if (asked.stopsWithInput) process.stdin.resume().once('close', () => stop.request('preempted'));
    return makeLists(asked.asked, stop, onlooker());
  }
  const { settings } = asked;
  if (asked.command === 'printSpec') {
    printLine(JSON.stringify(await readSpec(settings.specFile, settings), null, 2));
    return 0;
  }
  let reporter: Reporter | undefined;
  const home = await openHome(settings, (...said) => reporter?.log(...said));
  const { journals } = home;
  const notBrought = await journals.bring().then(
    () => null,
    (error: unknown) => failureOf(error, null),
  );
  reporter = reporterFor(settings);
  journals.start(settings.attempt);
  const stop = stopSignalOf(settings, reporter);
  const ending: Ending = notBrought
    ? { kind: 'failed', ...notBrought }
    : await Promise.race([runTraining({ settings, reporter, stop, now, home }), crash()]);
  const exitCode = await conclude(ending, reporter);
  await journals.end(JOURNAL_MS);
  return exitCode;
}

/** From flags when there are any, else from the environment. */
function readCommand(args: readonly string[]): CommandLine {
  if (args.length > 0 || !isJobEnvironment()) return commandFromFlags(args);
  const settings = settingsFromEnvironment();
  forgetSecret();
  return { command: 'train', settings };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function reporterFor({ callbacks, runId, attempt, artifactDirectory }: Settings): Reporter {
  if (callbacks === null) return new ConsoleReporter(process.stdout);
  const writeLog = processLog({ runId, attempt }, printLine);
  const queue = new CallbackQueue({
    ...callbacks,
    attempt,
    folder: join(artifactDirectory, 'callbacks'),
    startSender: startThreadedSender,
    // Not through the reporter: a callback about a failed callback would fail too.
    onNote: (level, message) => writeLog(level, null, message, {}, now()),
  });
  return new CallbackReporter({ queue, writeLog, sampleResources: resourceSampler(gpuSampler()), now });
}

function stopSignalOf({ deadline, marginSeconds }: Settings, reporter: Reporter): StopSignal {
  const stop = new StopSignal();
  reporter.onStop(() => stop.request('stopped'));
  listen(stop);
  if (deadline) stop.requestAt(timeLimit(deadline, now(), marginSeconds), now);
  return stop;
}

function listen(stop: StopSignal): void {
  // A second Ctrl-C does not wait for the checkpoint.
  process.once('SIGINT', () => process.once('SIGINT', () => void leave(130)));
  process.on('SIGINT', () => stop.request('preempted'));
  process.on('SIGTERM', () => stop.request('preempted'));
}

/** Progress is drawn over at a terminal, and told every ten seconds elsewhere. */
function onlooker(): Onlooker {
  const { isTTY } = process.stdout;
  let told = Date.now();
  let isShown = false;
  return {
    line(text) {
      printLine(`${isShown ? '\r\u001b[K' : ''}${text}`);
      isShown = false;
    },
    progress(text) {
      if (isTTY) {
        process.stdout.write(`\r\u001b[K${text}`);
        isShown = true;
      } else if (Date.now() - told >= PROGRESS_MS) {
        told = Date.now();
        printLine(text);
      }
    },
  };
}

/** What nobody caught ends the attempt like any other failure. */
function crash(): Promise<Ending> {
  return new Promise((resolve) => {
    const end = (error: unknown) => resolve({ kind: 'failed', ...failureOf(error, null) });
    process.on('uncaughtException', end);
    process.on('unhandledRejection', end);
  });
}

/**
 * Ends the process with the code, or by SIGKILL where a query does not let go of its thread: until all threads have ended a process
 * does not end by itself, and all that it had to say has been said.
 */
async function leave(exitCode: number): Promise<void> {
  if (await queriesHaveEnded(LEAVE_MS)) process.exit(exitCode);
  process.kill(process.pid, 'SIGKILL');
}

try {
  await leave(await main(process.argv.slice(2)));
} catch (error) {
  // Before there is a reporter, or in reporting itself: nobody but this machine hears of it.
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  if (!(error instanceof TrainerError)) process.exit(75);
  if (error.remedy !== null) process.stderr.write(`  to do: ${error.remedy}\n`);
  process.exit(error.retriable ? 75 : 2);
}
