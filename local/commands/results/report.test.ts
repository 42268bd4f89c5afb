import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../../test/support/temporaryFolder.js';
import { readConfig } from '../../config.js';
import { runCommand } from '../../main.js';
import { Terminal } from '../../watch/terminal.js';

async function shown(folder: string): Promise<string> {
  const out: string[] = [];
  await runCommand(['report', folder], {
    config: readConfig({}),
    cwd: '/',
    terminal: new Terminal({ write: (text) => out.push(text) }, false),
    note: (line) => out.push(line),
    interrupted: new AbortController().signal,
  });
  return out.join('').trim();
}

describe('trainyard report', () => {
  it("finds the report in a folder of artifacts, or in the model's folder below it", async () => {
    const folder = await temporaryFolder();
    expect(await shown(folder)).toMatch(/^there is no report\.html in /);
    await mkdir(join(folder, 'model'));
    await writeFile(join(folder, 'model', 'report.html'), '<!doctype html>');
    for (const given of [folder, join(folder, 'model')])
      expect(await shown(given)).toBe(join(folder, 'model', 'report.html'));
  });
});
