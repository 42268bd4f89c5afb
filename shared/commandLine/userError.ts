/** What a command line can fail at for a reason that is not a bug, by code: its fate follows from the code alone. */

export interface UserProblem {
  /** 2 where what was asked for is wrong and nothing was started, 1 where it could not be done. */
  exitCode: 1 | 2;
  meaning: string;
  remedy: string;
  /** Whether the command itself tries again before it fails. */
  retried: boolean;
}

const TABLE = {
  'wrong-arguments': {
    exitCode: 2,
    meaning: 'An argument, or a file that it names, is missing, misspelt or not allowed.',
    remedy: 'Correct what the message names; `--help` after the command tells what there is.',
    retried: false,
  },
  'wrong-environment': {
    exitCode: 2,
    meaning: 'A variable of the environment has a value that is not allowed.',
    remedy: 'Correct it or remove it; `docs/reference/environment.md` lists all of them.',
    retried: false,
  },
  refused: {
    exitCode: 1,
    meaning: 'The server refused the request; its problem document is in the message.',
    remedy: 'Do what the detail says: the refusals of the API are above on this page.',
    retried: false,
  },
  unavailable: {
    exitCode: 1,
    meaning: 'The server answered several times that it is slow, busy or broken (408, 429 or 5xx).',
    remedy: 'Run the command again later; the log of the server has the reason of a 500.',
    retried: true,
  },
  unreachable: {
    exitCode: 1,
    meaning: 'Nobody answered at the URL, or the connection broke, several times in a row.',
    remedy: 'Start a host with `trainyard up`, or name the right one with `--url` or `TRAINYARD_URL`.',
    retried: true,
  },
  'foreign-answer': {
    exitCode: 1,
    meaning: 'An answer came that this version of Trainyard does not know.',
    remedy: 'Check the URL, and use the same version on both sides.',
    retried: false,
  },
  'no-such-run': {
    exitCode: 1,
    meaning: 'No run of the server has this id or name.',
    remedy: 'Look for it with `trainyard list MODEL`.',
    retried: false,
  },
  'no-model': {
    exitCode: 1,
    meaning:
      'What was named has no model: the run is not completed, there is no version yet, or files of the folder are missing or damaged.',
    remedy: 'Name a completed run, a version or a whole folder; `trainyard list MODEL` shows the runs.',
    retried: false,
  },
  'nothing-to-compare': {
    exitCode: 1,
    meaning: '`reproduce` started a run that did not complete, so that it has no result.',
    remedy: 'Look at the run with `trainyard watch RUN`, and correct what made it fail.',
    retried: false,
  },
  'no-report': {
    exitCode: 1,
    meaning:
      'The run or the folder has no `report.html`: the run is not completed, or its trainer wrote none.',
    remedy: 'Name a completed run, or the folder of its artifacts.',
    retried: false,
  },
  'cannot-open': {
    exitCode: 1,
    meaning: 'The program of this machine that opens web pages could not be started.',
    remedy: 'Open the address that the message names yourself.',
    retried: false,
  },
  'cannot-write': {
    exitCode: 1,
    meaning:
      'The place that was named cannot be written: the disk is full, this user may not, or the file system makes no such folder. The message says what is left there.',
    remedy: 'Make room, or name another place.',
    retried: false,
  },
  'no-price': {
    exitCode: 1,
    meaning: 'Something that `cost` adds up has no known price in this region.',
    remedy: 'Give its price in the file of `--prices`, or name another region.',
    retried: false,
  },
  'directory-unusable': {
    exitCode: 1,
    meaning: 'The directory of the host cannot be made or written to.',
    remedy: 'Give another `--directory`, or the right to write in this one.',
    retried: false,
  },
  'directory-in-use': {
    exitCode: 1,
    meaning: 'Another host works on the directory.',
    remedy: 'Use that host, stop it with Ctrl-C, or give this one another `--directory`.',
    retried: false,
  },
  'port-unavailable': {
    exitCode: 1,
    meaning: 'The port is in use by another program, or this user may not open it.',
    remedy: 'Choose another with `--port`, or `--port 0` for any that is free.',
    retried: false,
  },
  'trainer-not-built': {
    exitCode: 1,
    meaning: 'The host starts trainers of this checkout, and the trainer in it is not compiled.',
    remedy: 'Run `npm run build` in the repository.',
    retried: false,
  },
  'emulators-missing': {
    exitCode: 1,
    meaning:
      '`--emulators` needs the Google Cloud SDK with two emulators, and Java, and one of these is missing.',
    remedy: 'Install what the message names, or run without `--emulators`, which needs nothing but Node.',
    retried: false,
  },
  'no-google-credentials': {
    exitCode: 1,
    meaning: 'This machine has no credentials for Google Cloud, or they have expired.',
    remedy: 'Log in with `gcloud auth application-default login`.',
    retried: false,
  },
  'step-failed': {
    exitCode: 1,
    meaning: 'A step of `deploy` failed; the steps before it are done.',
    remedy: 'Do what the message says, and run the same command again: what is there already is kept.',
    retried: false,
  },
} as const satisfies Record<string, UserProblem>;

export type UserErrorCode = keyof typeof TABLE;

export const USER_ERRORS: Readonly<Record<UserErrorCode, UserProblem>> = TABLE;

/**
 * The one error of a command line that is not a bug: no stack trace helps. The message says what was given, what is allowed, and
 * what to do.
 */
export class UserError extends Error {
  override readonly name = 'UserError';

  constructor(
    readonly code: UserErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
