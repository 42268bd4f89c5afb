import { readConfig } from '../../local/config.js';
import { runCommand } from '../../local/main.js';
import { Terminal } from '../../local/watch/terminal.js';

/** Runs one command line of `trainyard` in `cwd`, at a terminal without colours; what it writes comes back. */
export async function runCommandLine(argv: readonly string[], cwd = '/', environment = {}) {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runCommand(argv, {
    config: readConfig(environment),
    cwd,
    terminal: new Terminal({ write: (text) => out.push(text) }, false),
    note: (line) => err.push(line),
    interrupted: new AbortController().signal,
  });
  return { code, out: out.join(''), err: err.join('\n') };
}
