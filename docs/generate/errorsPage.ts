/** Everything that can go wrong, by the codes of the tables in which the product itself looks them up. */
import { DOMAIN_CODES } from '@trainyard/functions/errors/domainCodes';
import { PROGRAM } from '@trainyard/local/commands/program';
import type { ExitCode } from '@trainyard/shared/commandLine/commandTable';
import { CONTROL_PLANE_ERRORS } from '@trainyard/shared/errors/controlPlaneErrors';
import { RUN_WARNINGS } from '@trainyard/shared/errors/runWarnings';
import { TRAINER_ERRORS } from '@trainyard/shared/errors/trainerErrors';
import type { TrainerErrorKind } from '@trainyard/shared/errors/trainerProblem';
import { USER_ERRORS } from '@trainyard/shared/commandLine/userError';
import { TRAINER } from '@trainyard/trainer-job/pipeline/commandLine';
import { page } from './markdown.js';

export function errorsPage(): string {
  return page(
    'Errors',
    'Programs branch on codes, which stay as they are; the words beside them are for people and may change.',
    ...refusals(),
    ...trainerErrors(),
    ...controlPlaneErrors(),
    ...runWarnings(),
    ...userErrors(),
    ...exitCodes(PROGRAM),
    ...exitCodes(TRAINER),
  );
}

function refusals(): string[] {
  return [
    '## Refusals of the API',
    'Each is a problem document (RFC 9457) whose `type` is `https://trainyard.dev/problems/` and the code, and whose `detail` names what ' +
      'was given and what is allowed. "Tried again" is what the command line, the trainer and the functions do themselves; ' +
      'any other program may do the same, with the same `Idempotency-Key`.',
    ...Object.entries(DOMAIN_CODES).flatMap(([code, { status, title, meaning, remedy, retried }]) => [
      `### \`${code}\``,
      `Status ${status}, "${title}". ${meaning}`,
      remedyOf(remedy),
      fateOf(retried),
    ]),
  ];
}

const KINDS: Readonly<Record<TrainerErrorKind, string>> = {
  configuration: 'Of the configuration.',
  dataset: 'Of the data.',
  validation: 'Of the validation of the data.',
  training: 'Of the training.',
  platform: 'Of the machine or its cloud.',
};

function trainerErrors(): string[] {
  return [
    '## Errors of a trainer',
    "The trainer says these in the callback `failed`, and they stand in the run's `error`, whose `remedy` has the names of the run at hand. " +
      '"Tried again" is whether the control plane starts another attempt, as long as `compute.maxRetries` allows it.',
    ...Object.entries(TRAINER_ERRORS).flatMap(([code, { kind, meaning, remedy, retriable }]) => [
      `### \`${code}\``,
      `${KINDS[kind]} ${meaning}`,
      remedyOf(remedy),
      attemptsOf(retriable),
    ]),
  ];
}

function controlPlaneErrors(): string[] {
  return [
    '## Errors of a run that the control plane finds',
    "These stand in the run's `error` too, where the trainer could not say itself why it ended, or was never launched.",
    ...Object.entries(CONTROL_PLANE_ERRORS).flatMap(([code, { meaning, remedy, retriable }]) => [
      `### \`${code}\``,
      meaning,
      remedyOf(remedy),
      attemptsOf(retriable),
    ]),
  ];
}

function runWarnings(): string[] {
  return [
    '## Warnings of a run',
    "What did not stop a run, and what somebody should know before they trust its result. They stand in the run's `warnings`, each with " +
      'its stage, a message, numbers and a remedy with the names of the run at hand, and in the row of that stage; `trainyard watch` shows them ' +
      'below the stage and again at the end.',
    ...Object.entries(RUN_WARNINGS).flatMap(([code, { meaning, remedy }]) => [
      `### \`${code}\``,
      meaning,
      remedyOf(remedy),
    ]),
  ];
}

function attemptsOf(isTriedAgain: boolean): string {
  return `Tried again: ${isTriedAgain ? 'yes, by another attempt' : 'no, another attempt would end the same'}.`;
}

function userErrors(): string[] {
  return [
    '## Errors of the command line',
    'What `trainyard` says on standard error when it cannot do what was asked. An error that is none of these is a bug, and is shown with its stack.',
    ...Object.entries(USER_ERRORS).flatMap(([code, { exitCode, meaning, remedy, retried }]) => [
      `### \`${code}\``,
      `Exit code ${exitCode}. ${meaning}`,
      remedyOf(remedy),
      `Tried again: ${retried ? 'yes, by the command itself, before it fails' : 'no'}.`,
    ]),
  ];
}

function remedyOf(remedy: string): string {
  return `What to do: ${remedy}`;
}

function fateOf(isTriedAgain: boolean): string {
  return `Tried again: ${isTriedAgain ? 'yes, after a pause' : 'no, the same would be refused again'}.`;
}

function exitCodes({ name, exitCodes: codes = [] }: { name: string; exitCodes?: readonly ExitCode[] }) {
  return [
    `## Exit codes of \`${name}\``,
    ...codes.flatMap(({ code, summary, explanation }) => [`### ${code}: ${summary}`, explanation]),
  ];
}
