/** Completion for bash 3.2 and later, by the builtins `complete` and `compgen` alone. */
import type { Completed, CompletedCommand } from './words.js';

export function bashCompletion(program: string, commands: readonly CompletedCommand[]): string {
  const firsts = [...new Set(commands.map(({ words: [first = ''] }) => first))];
  return `# Completion of ${program} for bash: source it, or put it into ~/.local/share/bash-completion/completions/${program}
_${program}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${firsts.join(' ')} help" -- "$cur"))
    return
  fi
  case "\${COMP_WORDS[1]} \${COMP_WORDS[2]}" in
${commands
  .toSorted((a, b) => b.words.length - a.words.length)
  .map((command) => branchOf(command))
  .join('\n')}
  esac
}
complete -F _${program} ${program}
`;
}

function branchOf({ words, flags, first }: CompletedCommand): string {
  const pattern = words.length > 1 ? `"${words.join(' ')}"` : `"${words[0] ?? ''} "*`;
  const values = flags.flatMap(({ name, short, value }) =>
    value === undefined
      ? []
      : [
          `        ${[`--${name}`, ...(short ? [`-${short}`] : [])].join('|')}) ${repliesOf(value)}; return ;;`,
        ],
  );
  return `    ${pattern})
      case "$prev" in
${values.join('\n')}
      esac
      case "$cur" in
        -*) COMPREPLY=($(compgen -W "${flags.map(({ name }) => `--${name}`).join(' ')}" -- "$cur")) ;;
        *) ${repliesOf(first)} ;;
      esac
      ;;`;
}

function repliesOf(completed: Completed): string {
  if (completed === 'other') return ':';
  if (completed === 'file') return 'COMPREPLY=($(compgen -f -- "$cur"))';
  return `COMPREPLY=($(compgen -W "${completed.words.join(' ')}" -- "$cur"))`;
}
