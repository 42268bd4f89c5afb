/** Completion for zsh, by its function `_arguments`. */
import type { Completed, CompletedCommand, CompletedFlag } from './words.js';

export function zshCompletion(program: string, commands: readonly CompletedCommand[]): string {
  return `#compdef ${program}
# Completion of ${program} for zsh: put it as _${program} into a folder of $fpath
_${program}() {
  local -a commands
  commands=(
${commands
  .filter(({ words }) => words.length === 1)
  .map(({ words, summary }) => `    '${words[0] ?? ''}:${colonless(summary)}'`)
  .join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command="$words[2]"
  if [[ $words[3] != -* ]]; then
    case "$words[2] $words[3]" in
${commands
  .filter(({ words }) => words.length > 1)
  .map(
    ({ words }) =>
      `      "${words.join(' ')}") command="${words.join(' ')}"; shift words; (( CURRENT-- )) ;;`,
  )
  .join('\n')}
    esac
  fi
  shift words
  (( CURRENT-- ))
  case "$command" in
${commands.map(branchOf).join('\n')}
  esac
}
if [ "$funcstack[1]" = "_${program}" ]; then _${program} "$@"; else compdef _${program} ${program}; fi
`;
}

function branchOf({ words, flags, first }: CompletedCommand): string {
  return `    "${words.join(' ')}")
      _arguments \\
${flags.flatMap(flagSpecs).join('\n')}
        '*: :${actionOf(first)}'
      ;;`;
}

function flagSpecs({ name, short, description, value }: CompletedFlag): string[] {
  const said = colonless(description);
  const action = value === undefined ? '' : `: :${actionOf(value)}`;
  return [`--${name}`, ...(short ? [`-${short}`] : [])].map(
    (flag) => `        '*${flag}[${said.replaceAll(/[[\]]/g, '')}]${action}' \\`,
  );
}

function actionOf(completed: Completed): string {
  if (completed === 'other') return ' ';
  return completed === 'file' ? '_files' : `(${completed.words.join(' ')})`;
}

/** A colon ends a part of what zsh reads. */
function colonless(text: string): string {
  return text.replaceAll(/:/g, ' –');
}
