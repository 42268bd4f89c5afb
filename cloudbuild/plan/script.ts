/** A plan as a script of the shell, which Cloud Build and people can run as it is printed. */
import { dirname } from 'node:path';
import type { Step } from './step.js';

export function scriptOf(steps: readonly Step[]): string[] {
  return ['#!/bin/sh', 'set -eu', ...steps.flatMap(stepLines)];
}

function stepLines({ title, phase, files, command, costs, remedy }: Step): string[] {
  return [
    '',
    `# ${phase}: ${title}`,
    ...(costs === undefined ? [] : [`# what it costs: ${costs}`]),
    `# if it fails: ${remedy}`,
    ...files.flatMap(({ path, content }) => [
      `mkdir -p ${quoted(dirname(path))}`,
      `cat > ${quoted(path)} <<'END_OF_FILE'`,
      ...content.replace(/\n$/, '').split('\n'),
      'END_OF_FILE',
    ]),
    commandLine(command),
  ];
}

/** One line, as it is typed. */
export function commandLine(command: readonly string[]): string {
  return command.map(quoted).join(' ');
}

/** For a POSIX shell. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
