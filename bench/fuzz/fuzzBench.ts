import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { Bench, BenchResult } from '../bench.js';
import { runFuzz, type FuzzFinding } from './experiment.js';
import { printProgress } from '../progress.js';

const flagsSchema = z.object({
  requests: z.coerce.number().int().min(1).max(1_000_000),
  seed: z.coerce.number().int().min(0),
});

export const fuzz: Bench = {
  name: 'fuzz',
  claim:
    'requests made of the OpenAPI document – right, nearly right and hostile – get no server error, and those that are refused write nothing',
  usage: '[--requests 20000] [--seed 1]',
  async run(args): Promise<BenchResult> {
    const { values } = parseArgs({
      args,
      options: { requests: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' } },
    });
    const { requests, seed } = flagsSchema.parse(values);
    const folder = await mkdtemp(join(tmpdir(), 'trainyard-fuzz-'));
    try {
      const result = await runFuzz({ seed, requests, folder, onProgress: printProgress });
      const { sent, accepted, refused, empty, unanswered, unansweredFor, neverAccepted, findings, seconds } =
        result;
      for (const [spoilt, count] of Object.entries(unansweredFor))
        printProgress(`without an answer: ${count} with ${spoilt}`);
      if (neverAccepted.length > 0) printProgress(`never accepted: ${neverAccepted.join(', ')}`);
      const found = (kind: FuzzFinding['kind']) => findings.filter((one) => one.kind === kind).length;
      const figures = {
        requests,
        ...sent,
        accepted,
        refused,
        empty_connections: empty,
        unanswered,
        operations_never_accepted: neverAccepted.length,
        server_errors: found('server error'),
        writes_by_refused: found('write of a refused request'),
        seconds,
        seed,
      };
      const pass = findings.length === 0 && unanswered === 0;
      return { figures, bar: 'server_errors = 0, writes_by_refused = 0 and unanswered = 0', pass };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};
