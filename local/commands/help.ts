import type { Command } from './command.js';

/** What `trainyard NAME --help` prints. */
export function commandHelp(name: string, command: Command): string[] {
  const all: Command['options'] = { ...command.options, help: { type: 'boolean', help: 'shows this' } };
  const options = Object.entries(all);
  const names = options.map(([option, { value }]) => `--${option}${value ? ` ${value}` : ''}`);
  const width = Math.max(...names.map((text) => text.length));
  return [
    `trainyard ${name} ${command.usage}`.trimEnd(),
    '',
    command.summary,
    '',
    'Options',
    ...options.map(([, { help }], i) => `  ${(names[i] ?? '').padEnd(width)}  ${help}`),
    '',
    'Examples',
    ...command.examples.map((example) => `  ${example}`),
  ];
}

/** What `trainyard --help` prints. */
export function overview(commands: Readonly<Record<string, Command>>): string[] {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  return [
    'trainyard COMMAND [options]',
    '',
    'Trains two-tower recommendation models, here or on a Trainyard elsewhere.',
    '',
    ...Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    'trainyard COMMAND --help tells the options of each.',
    'Environment: TRAINYARD_URL and TRAINYARD_TOKEN name another Trainyard; NO_COLOR turns colours off.',
    'Exit codes: 0 done, 1 the run failed or was cancelled, or something went wrong, 2 wrong arguments.',
  ];
}
