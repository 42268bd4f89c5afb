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
  everything: { formats: ['savedModel', 'onnx', 'tfjs'], index: { type: 'hnsw' } },
  /** What is no export of the model, but made with it. */
  lists: {
    formats: ['savedModel', 'onnx', 'tfjs'],
    index: { type: 'hnsw' },
    recommendations: {},
    similarItems: {},
  },
} as const;
type Asked = keyof typeof OUTPUTS;

const KINDS: readonly Asked[] = ['none', 'everything', 'lists'];

const flagsSchema = z.object({
  rounds: z.coerce.number().int().min(1),
  rows: z.coerce.number().int().min(1),
});

export const exportShare: Bench = {
  name: 'export-share',
  claim: `every format and a graph of the items add less than ${MOST_SHARE * 100} % to the time of the demo's run, in turns; what lists for all users and items add besides is said`,
  usage: '[--rounds 3] [--rows 200000]',
  async run(args): Promise<BenchResult> {
    const { values } = parseArgs({
      args,
      options: { rounds: { type: 'string', default: '3' }, rows: { type: 'string', default: '200000' } },
    });
    const { rounds, rows } = flagsSchema.parse(values);
    const folder = await mkdtemp(join(tmpdir(), 'trainyard-export-share-'));
    try {
      const data = join(folder, 'purchases.csv');
      await writeSample(sampleOptionsSchema.parse({ rows }), data);
      const all: Record<Asked, Taken[]> = { none: [], everything: [], lists: [] };
      for (let round = 0; round < rounds; round++) {
        // Each kind is first, second and last in turn.
        for (const place of KINDS.keys()) {
          const asked = KINDS[(place + round) % KINDS.length] ?? 'none';
          all[asked].push(await demoRun(folder, data, asked));
        }
        printProgress(`round ${round + 1}: ${JSON.stringify(KINDS.map((asked) => all[asked][round]))}`);
      }
      const of = (asked: Asked, figure: keyof Taken) => median(all[asked].map((taken) => taken[figure]));
      const added = (asked: Asked, figure: keyof Taken) => {
        const shares = all[asked].map(
          (taken, round) => taken[figure] / (all.none[round]?.[figure] ?? NaN) - 1,
        );
        return rounded(median(shares));
      };
      const share = added('everything', 'seconds');
      return {
        figures: {
          share,
          processor_share: added('everything', 'processor'),
          with_lists_share: added('lists', 'seconds'),
          none_seconds: rounded(of('none', 'seconds')),
          everything_seconds: rounded(of('everything', 'seconds')),
          with_lists_seconds: rounded(of('lists', 'seconds')),
          rounds,
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
