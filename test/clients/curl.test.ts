/** A run as `curl` starts, lists, follows and cancels it. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import {
  lineageSchema,
  runPageSchema,
  runViewSchema,
  STAGES,
  streamEventSchema,
  type StreamEvent,
} from '@trainyard/shared';
import { createParser } from 'eventsource-parser';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startHost } from '../../local/host/host.js';
import { openOneMachine } from '../../local/host/oneMachine.js';
import { csvLines } from '../support/data/purchases.js';
import {
  EPOCHS,
  hostHere,
  stackSpec,
  TRAINER,
  TRAINER_ENVIRONMENT,
  untilJobsRecorded,
  untilOver,
  writePurchases,
} from '../support/hosts/stack.js';
import { temporaryFolder } from '../support/temporaryFolder.js';
import { until } from '../support/until.js';

const curlMissing = spawnSync('curl', ['--version']).error ? 'curl is not installed' : undefined;
if (curlMissing) console.warn(`the tests of curl are skipped: ${curlMissing}`);

interface Told {
  id: string | undefined;
  event: StreamEvent;
}

/** `curl -N` on a stream, killed after the test. */
function followWithCurl(url: string, ...args: string[]) {
  const child = spawn('curl', ['-N', '-sS', ...args, url], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const told: Told[] = [];
  const parser = createParser({
    onEvent: ({ id, event, data }) =>
      told.push({ id, event: streamEventSchema.parse({ event, data: JSON.parse(data) }) }),
  });
  child.stdout.setEncoding('utf8').on('data', (part: string) => parser.feed(part));
  // With its output closed, so that all of it is read.
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { child, told, ended };
}

/** What rows tell, `epoch 3` or `stage train`, in their order. */
function rowsOf(told: readonly Told[]): string[] {
  return told.flatMap(({ event: { event, data } }) => {
    if (event === 'run') return [];
    return [event === 'epoch' ? `epoch ${data.epoch}` : `stage ${data.stage}`];
  });
}

const epochsIn = (rows: readonly string[]) => rows.filter((row) => row.startsWith('epoch'));
const stagesIn = (rows: readonly string[]) => rows.filter((row) => row.startsWith('stage'));

describe.skipIf(curlMissing)('curl', () => {
  it('follows a real run to its end and ends by itself; cut off, it goes on behind Last-Event-ID', async () => {
    const folder = await temporaryFolder();
    const client = await hostHere(folder);
    const { runId } = await client.start('shop', stackSpec(await writePurchases(folder)));
    const url = `${client.url}/api/training-runs/${runId}/stream`;
    const whole = followWithCurl(url);
    const first = followWithCurl(url);
    await until('an epoch', () => epochsIn(rowsOf(first.told)).length > 0);
    first.child.kill('SIGKILL');
    expect(await first.ended).toBeNull();
    const second = followWithCurl(url, '-H', `Last-Event-ID: ${first.told.at(-1)!.id}`);

    expect(await whole.ended).toBe(0);
    const { told } = whole;
    const ended = await untilOver(client, runId);
    // The last row of either has the run as it ended; whether its job had gone by then, which is a moment later, nobody knows.
    const { stopping: _stopping, updatedAt: _updatedAt, ...result } = ended;
    expect(ended.status).toBe('completed');
    expect(told[0]!.event.event).toBe('run');
    expect(told.at(-1)!.event).toMatchObject({ event: 'run', data: result });
    const rows = rowsOf(told);
    expect(epochsIn(rows)).toEqual(Array.from({ length: EPOCHS }, (_, i) => `epoch ${i + 1}`));
    expect(stagesIn(rows)).toEqual(STAGES.map((stage) => `stage ${stage}`));

    expect(await second.ended).toBe(0);
    const inTwo = [...rowsOf(first.told), ...rowsOf(second.told)];
    expect(epochsIn(inTwo)).toEqual(epochsIn(rows));
    expect(stagesIn(inTwo)).toEqual(stagesIn(rows));
    expect(second.told.at(-1)!.event).toMatchObject({ event: 'run', data: result });
  }, 60_000);

  it('starts, follows, lists and cancels with the commands of the documentation', async () => {
    const { url, folder } = await hostOnPurchases();
    const commands = await documented();
    const run = async (what: keyof typeof KINDS, runId = '', digest = '') => {
      const [command, ...more] = commands.filter((line) => KINDS[what].test(line));
      expect(more.every((line) => line === command)).toBe(true);
      const words = command!
        .replaceAll(DOCUMENTED_URL, url)
        .replaceAll('RUN_ID', runId)
        .replaceAll('DIGEST', digest);
      const child = spawn('sh', ['-c', words], { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
      const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
      expect([words, code]).toEqual([words, 0]);
      return output;
    };
    const start = async () => runViewSchema.parse(JSON.parse(await run('start'))).runId;
    const statusAtEnd = async (runId: string) =>
      /"status":"(\w+)"/.exec((await run('follow', runId)).split('\nevent: run\n').at(-1)!)?.[1];

    const completed = await start();
    expect(await statusAtEnd(completed)).toBe('completed');
    const cancelled = await start();
    expect(runViewSchema.parse(JSON.parse(await run('cancel', cancelled))).runId).toBe(cancelled);
    expect(await statusAtEnd(cancelled)).toBe('cancelled');
    const { runs } = runPageSchema.parse(JSON.parse(await run('list')));
    expect(runs.map(({ runId, status }) => [runId, status])).toEqual([
      [cancelled, 'cancelled'],
      [completed, 'completed'],
    ]);
    const [digest = ''] = runs[1]!.madeDigests;
    const { madeBy } = lineageSchema.parse(JSON.parse(await run('lineage', '', digest)));
    expect(madeBy.map(({ runId }) => runId)).toEqual([completed]);
    const unknown = commands.filter((line) => !Object.values(KINDS).some((kind) => kind.test(line)));
    expect(unknown).toEqual([]);
  }, 60_000);
});

const DOCUMENTED_URL = 'http://127.0.0.1:8080';
const KINDS = {
  start: /^curl \S+\/training-runs -H /,
  follow: /^curl -N \S+\/stream$/,
  list: /^curl \S+\/training-runs$/,
  cancel: /^curl -X POST \S+\/cancel$/,
  lineage: /^curl '\S+\/lineage\?digest=DIGEST'$/,
} as const;

/** The `curl` commands of README and docs/api.md; lines that begin with no letter go on with the one before. */
async function documented(): Promise<string[]> {
  const texts = await Promise.all(
    ['README.md', 'docs/api.md'].map((path) =>
      readFile(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8'),
    ),
  );
  return texts
    .flatMap((page) => [...page.matchAll(/```sh\n([^]*?)```/g)].map(([, block = '']) => block))
    .flatMap((block) => block.trim().split(/\n(?=\w)/))
    .filter((command) => command.startsWith('curl '));
}

/** A host whose folder has the file that the documentation trains on. */
async function hostOnPurchases(): Promise<{ url: string; folder: string }> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'purchases.csv'), csvLines.join('\n'));
  const host = await startHost({
    directory: join(folder, 'data'),
    port: 0,
    openPorts: openOneMachine,
    trainerCommand: [process.execPath, TRAINER],
    trainerEnvironment: { ...TRAINER_ENVIRONMENT, TRAINYARD_DATA_BASE: folder },
    print: () => {},
  });
  onTestFinished(async () => {
    await host.stop();
    await untilJobsRecorded(host.directory.root);
  });
  return { url: host.url, folder };
}
