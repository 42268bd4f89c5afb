/** `trainyard reproduce` against a host of this machine, with real trainers. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isTerminal } from '@trainyard/shared';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { temporaryFolder } from '../../test/support/temporaryFolder.js';
import { SPEC, TRAINER, TRAINER_ENVIRONMENT, workplace } from '../../test/support/hosts/trainerProcess.js';
import { TrainyardClient } from '../client/trainyardClient.js';
import { readConfig } from '../config.js';
import { startHost } from '../host/host.js';
import { openOneMachine } from '../host/oneMachine.js';
import { runCommand } from '../main.js';
import { Terminal } from '../watch/terminal.js';

// Several trainers one after the other, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 });

/** A host where `shop#1` has ended, and what a command line says there. */
async function trainedShop() {
  const { folder } = await workplace(SPEC);
  const host = await startHost({
    directory: await temporaryFolder(),
    port: 0,
    openPorts: openOneMachine,
    trainerCommand: [process.execPath, TRAINER],
    trainerEnvironment: TRAINER_ENVIRONMENT,
    print: () => {},
  });
  onTestFinished(() => host.stop());
  const client = new TrainyardClient({ url: host.url, retries: 0 });
  const data = join(folder, 'purchases.jsonl');
  const spec = { ...SPEC, dataset: { ...SPEC.dataset, source: { uri: data } } };
  const started = await client.start('shop', spec);
  for await (const event of client.follow(started.runId)) {
    if (event.event === 'run' && isTerminal(event.data.status)) break;
  }
  expect((await client.get(started.runId)).status).toBe('completed');
  const run = async (...argv: string[]) => {
    const out: string[] = [];
    const notes: string[] = [];
    const code = await runCommand([...argv, '--url', host.url], {
      config: readConfig({}),
      cwd: '/',
      terminal: new Terminal({ write: (text) => out.push(text) }, false),
      note: (line) => notes.push(line),
      interrupted: new AbortController().signal,
    });
    return { code, out: out.join(''), notes: notes.join('\n') };
  };
  return { run, client, data };
}

describe('trainyard reproduce', () => {
  it('trains a run three times over, as runs of another model, and finds the same numbers each time', async () => {
    const { run, client } = await trainedShop();
    const { code, out } = await run('reproduce', 'shop#1');
    expect(out).toMatch(/3 runs on wasm: reproducible within 0\.00001/);
    expect(out).toMatch(/✓ val_loss +deviation 0\.0e\+0/);
    expect(out).toContain('shop#1 itself gave the same numbers');
    expect(code).toBe(0);
    const { runs } = await client.list('shop-reproduce');
    expect(runs.map(({ name }) => name).toSorted()).toEqual([
      'shop-reproduce#1',
      'shop-reproduce#2',
      'shop-reproduce#3',
    ]);
  });

  it('says which run had nothing to compare, and why', async () => {
    const { run, data } = await trainedShop();
    await rm(data);
    const { code, notes } = await run('reproduce', 'shop#1', '--runs', '2');
    expect(notes).toMatch(/shop-reproduce#1 failed: .*there is nothing to compare/s);
    expect(code).toBe(1);
  });
});
