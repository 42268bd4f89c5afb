import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sampleOptionsSchema } from '@trainyard/local/sample/options';
import { writeSample } from '@trainyard/local/sample/writeSample';
import { parse } from 'yaml';
import { z } from 'zod';
import { median, type Bench, type BenchResult } from '../bench.js';
import { config } from '../environment.js';
import { printProgress } from '../progress.js';

const MOST_SHARE = 0.1;
/** What a run may leave behind; the recommender's folder is there in any case. */
const OUTPUTS = {
  none: { formats: [] },
  everything: {
    formats: ['savedModel', 'onnx', 'tfjs'],
    index: { type: 'hnsw' },
    recommendations: {},
    similarItems: {},
  },
} as const;
type Asked = keyof typeof OUTPUTS;

const flagsSchema = z.object({ pairs: z.coerce.number().int().min(1), rows: z.coerce.number().int().min(1) });

export const exportShare: Bench = {
  name: 'export-share',
  claim: `every format, a graph of the items, and lists for all users and items add less than ${MOST_SHARE * 100} % to the time of the demo's run, in alternating pairs`,
  usage: '[--pairs 3] [--rows 200000]',
  async run(args): Promise<BenchResult> {
    const { values } = parseArgs({
      args,
      options: { pairs: { type: 'string', default: '3' }, rows: { type: 'string', default: '200000' } },
    });
    const { pairs, rows } = flagsSchema.parse(values);
    const folder = await mkdtemp(join(tmpdir(), 'trainyard-export-share-'));
    try {
      const data = join(folder, 'purchases.csv');
      await writeSample(sampleOptionsSchema.parse({ rows }), data);
      const shares: Taken[] = [];
      const all: Record<Asked, Taken[]> = { none: [], everything: [] };
      for (let pair = 0; pair < pairs; pair++) {
        const order: Asked[] = pair % 2 === 0 ? ['none', 'everything'] : ['everything', 'none'];
        for (const asked of order) all[asked].push(await demoRun(folder, data, asked));
        const [none, everything] = [all.none[pair], all.everything[pair]];
        if (!none || !everything) throw new Error('each pair has two runs');
        shares.push({
          seconds: everything.seconds / none.seconds - 1,
          processor: everything.processor / none.processor - 1,
        });
        printProgress(`pair ${pair + 1}: ${JSON.stringify({ none, everything })}`);
      }
      const share = rounded(median(shares.map(({ seconds }) => seconds)));
      const of = (asked: Asked, figure: keyof Taken) =>
        rounded(median(all[asked].map((taken) => taken[figure])));
      return {
        figures: {
          share,
          processor_share: rounded(median(shares.map(({ processor }) => processor))),
          none_seconds: of('none', 'seconds'),
          everything_seconds: of('everything', 'seconds'),
          none_processor_seconds: of('none', 'processor'),
          everything_processor_seconds: of('everything', 'processor'),
          pairs,
        },
        bar: `share < ${MOST_SHARE}`,
        pass: share < MOST_SHARE,
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

interface Taken {
  seconds: number;
  /** Of the processor, which other load changes less. */
  processor: number;
}

/** The whole run of the demo's specification, without what an earlier one has kept. */
async function demoRun(folder: string, data: string, asked: Asked): Promise<Taken> {
  const spec = parse(await readFile(join(config.examples, 'sample.yaml'), 'utf8')) as Record<string, unknown>;
  const dataset = { ...(spec['dataset'] as object), source: { uri: data } };
  const [file, output] = [join(folder, `${asked}.json`), join(folder, asked)];
  await writeFile(file, JSON.stringify({ ...spec, dataset, outputs: OUTPUTS[asked] }));
  const began = performance.now();
  // The shell says what its children took.
  const child = spawn(
    'sh',
    [
      '-c',
      '"$@"; code=$?; times >&3; exit $code',
      'sh',
      process.execPath,
      config.trainer,
      '--spec',
      file,
      '--output',
      output,
    ],
    {
      stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    },
  );
  let times = '';
  child.stdio[3]?.on('data', (text: Buffer) => (times += text.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`the trainer ended with exit code ${String(code)}`);
  const seconds = (performance.now() - began) / 1000;
  await rm(output, { recursive: true, force: true });
  return { seconds: rounded(seconds), processor: processorOf(times) };
}

/** Of `0m0.01s 0m0.02s` in the second line: user and system time of the children. */
function processorOf(times: string): number {
  const parts = [...(times.trim().split('\n')[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g)];
  if (parts.length !== 2) throw new Error(`the shell's times are ${JSON.stringify(times)}`);
  return rounded(parts.reduce((sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest), 0));
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
