import { expect, it } from 'vitest';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { readConfig } from '../config.js';
import { runCommand } from '../main.js';
import { Terminal } from '../watch/terminal.js';

async function run(...argv: string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runCommand(['doctor', ...argv], {
    config: readConfig({}),
    cwd: await temporaryFolder(),
    terminal: new Terminal({ write: (text) => out.push(text) }, false),
    note: (line) => err.push(line),
    interrupted: new AbortController().signal,
  });
  return { code, out: out.join(''), err: err.join('\n') };
}

it('trainyard doctor --local --json prints each finding for programs', async () => {
  const { out } = await run('--local', '--json');
  const findings = JSON.parse(out) as unknown[];
  expect(findings).toHaveLength(7);
  expect(findings[0]).toMatchObject({ check: 'node', severity: 'ok', mend: null });
});

it('trainyard doctor --local goes with no project', async () => {
  const { code, err } = await run('--local', '--project', 'shop-prod');
  expect(code).toBe(2);
  expect(err).toContain('--local looks at this machine');
});
