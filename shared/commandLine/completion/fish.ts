/** Completion for fish, a line for each command and flag. */
import type { Completed, CompletedCommand, CompletedFlag } from './words.js';

export function fishCompletion(program: string, commands: readonly CompletedCommand[]): string {
  const names = commands.flatMap(({ words }) => (words.length === 1 ? words : []));
  return `# Completion of ${program} for fish: put it as ${program}.fish into ~/.config/fish/completions
complete -c ${program} -f
${commands
  .filter(({ words }) => words.length === 1)
  .map(
    ({ words, summary }) =>
      `complete -c ${program} -n 'not __fish_seen_subcommand_from ${names.join(' ')}' -a ${words[0] ?? ''} -d '${summary}'`,
  )
  .join('\n')}
${commands.flatMap((command) => linesOf(program, command)).join('\n')}
`;
}

function linesOf(program: string, { words, flags, first }: CompletedCommand): string[] {
  const seen = `'${words.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ')}'`;
  const begin = `complete -c ${program} -n ${seen}`;
  return [
    ...(first === 'other' ? [] : [`${begin} ${valueOf(first)}`]),
    ...flags.map((flag) => `${begin} ${flagOf(flag)}`),
  ];
}

function flagOf({ name, short, description, value }: CompletedFlag): string {
  return [
    `-l ${name}`,
    ...(short ? [`-s ${short}`] : []),
    `-d '${description}'`,
    ...(value === undefined ? [] : ['-r', ...(value === 'other' ? [] : [valueOf(value)])]),
  ].join(' ');
}

function valueOf(completed: Exclude<Completed, 'other'>): string {
  return completed === 'file' ? '-F' : `-a '${completed.words.join(' ')}'`;
}
