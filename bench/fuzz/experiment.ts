/** Sends generated requests one after another, and says which of them went wrong. */
import '@trainyard/functions/register';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { randomFor } from '@trainyard/trainer-job/model/random';
import { z } from 'zod';
import { Dice } from './dice.js';
import { readOperations, type FunctionName } from './document.js';
import { attack, brokenConnection, holdsRequest } from './hostile.js';
import { spoil } from './nearValid.js';
import { finished, nameOf, validDraft, type FuzzRequest, type Sort } from './request.js';
import { Values } from './values.js';
import { Wire, type FuzzAnswer } from './wire.js';
import { FuzzedHost } from './fuzzedHost.js';

export interface FuzzOptions {
  seed: number;
  requests: number;
  /** An empty folder. */
  folder: string;
  /** Sees every exchange that was one. */
  observe?: (request: FuzzRequest, answer: FuzzAnswer) => void;
  onProgress: (line: string) => void;
}

export interface FuzzFinding {
  kind: 'server error' | 'write of a refused request';
  request: FuzzRequest;
  status: number;
  /** The error, or what was written. */
  detail: string;
}

export interface FuzzResult {
  sent: Record<Sort, number>;
  accepted: number;
  refused: number;
  /** Connections that held no request: nothing or empty lines, to which there is no answer. */
  empty: number;
  /** Requests to which no answer came. */
  unanswered: number;
  /** How many of them were spoilt in which way. */
  unansweredFor: Record<string, number>;
  /** How many requests got each status. */
  statuses: Record<string, number>;
  /** Operations that no request got through to: they were not put to the test. */
  neverAccepted: string[];
  findings: FuzzFinding[];
  seconds: number;
}

const EVERY = 250;

export async function runFuzz(options: FuzzOptions): Promise<FuzzResult> {
  const host = new FuzzedHost(options.folder);
  const wires = {
    api: await Wire.open(getTestServer('api')),
    webhooks: await Wire.open(getTestServer('webhooks')),
  };
  try {
    return await new Experiment(options, host, wires).run();
  } finally {
    for (const wire of Object.values(wires)) wire.close();
    await host.close();
  }
}

/** Who asks for runs first has the pages made that they are found by, whatever becomes of the request: all that they hold is in the runs. */
const DERIVED = /^models\/[^/]+\/summaries\//;

class Experiment {
  private readonly dice: Dice;
  private readonly values: Values;
  private readonly operations = readOperations();
  private readonly acceptedBy = new Set<string>();
  private readonly began = Date.now();
  private readonly result: FuzzResult = {
    sent: { valid: 0, near_valid: 0, hostile: 0 },
    accepted: 0,
    refused: 0,
    empty: 0,
    unanswered: 0,
    unansweredFor: {},
    statuses: {},
    neverAccepted: [],
    findings: [],
    seconds: 0,
  };

  constructor(
    private readonly options: FuzzOptions,
    private readonly host: FuzzedHost,
    private readonly wires: Record<FunctionName, Wire>,
  ) {
    this.dice = new Dice(randomFor(options.seed, 'fuzz'));
    this.values = new Values(this.dice, options.seed);
  }

  async run(): Promise<FuzzResult> {
    const { requests, onProgress } = this.options;
    const { result, host, dice } = this;
    for (let i = 0; i < requests; i++) {
      if (i % EVERY === 0) await host.refresh(dice);
      await this.sendOne(this.nextRequest());
      if ((i + 1) % 5000 === 0) onProgress(`${i + 1} requests, ${JSON.stringify(result.statuses)}`);
    }
    const neverAccepted = this.operations.map(nameOf).filter((name) => !this.acceptedBy.has(name));
    return { ...result, neverAccepted, seconds: Math.round((Date.now() - this.began) / 100) / 10 };
  }

  private nextRequest(): FuzzRequest {
    const { dice, host, values } = this;
    const share = dice.between(0, 1);
    if (share > 0.97) return brokenConnection(dice);
    const draft = validDraft(dice.pick(this.operations), host, values, dice);
    if (share < 0.35) return finished(draft, 'valid', 'as the document has it');
    if (share < 0.75) return finished(draft, 'near_valid', spoil(draft, dice));
    return finished(draft, 'hostile', attack(draft, dice));
  }

  private async sendOne(request: FuzzRequest): Promise<void> {
    const { result, host, options } = this;
    const [writes, errors] = [host.writes.length, host.errors.length];
    const answer = await this.wires[request.of].send(request);
    const { status } = answer;
    result.sent[request.sort]++;
    result.statuses[status] = (result.statuses[status] ?? 0) + 1;
    if (!holdsRequest(request)) result.empty++;
    else if (status === 0) this.countUnanswered(request);
    else if (status < 300) result.accepted++;
    else result.refused++;
    if (status > 0 && status < 300) this.acceptedBy.add(request.operation);
    const report = (kind: FuzzFinding['kind'], detail: string) => {
      result.findings.push({ kind, request, status, detail });
      if (result.findings.length <= 20)
        options.onProgress(`${kind}: ${request.what}, ${request.path.slice(0, 120)}: ${detail}`);
    };
    const written = host.writes.slice(writes).filter((path) => !DERIVED.test(path));
    const logged = host.errors.slice(errors);
    if (status >= 500 || logged.length > 0) report('server error', logged.join('\n') || (answer.text ?? ''));
    // A body that never ended gets no answer, and nothing may have come of it either.
    if ((status === 0 || status >= 300) && written.length > 0)
      report('write of a refused request', `${status}, ${written.join()}`);
    if (Object.keys(Object.prototype).length > 0)
      throw new Error(`prototypes are polluted by ${request.what}`);
    this.learn(answer);
    if (!request.raw && status > 0) options.observe?.(request, answer);
  }

  private countUnanswered({ what }: FuzzRequest): void {
    const { result } = this;
    const [spoilt = what] = what.split(': ');
    result.unanswered++;
    result.unansweredFor[spoilt] = (result.unansweredFor[spoilt] ?? 0) + 1;
  }

  /** Cursors that lists give out are good for the next requests, and so are sweeps and experiments. */
  private learn({ status, text }: FuzzAnswer): void {
    const answered = (status < 300 && text) || '';
    const [, sweepId] = /"sweepId":"([a-z2-7]{20})"/.exec(answered) ?? [];
    if (sweepId !== undefined && !this.host.sweeps.includes(sweepId)) this.host.sweeps.push(sweepId);
    const [, experimentId] = /"experimentId":"([a-z0-9._-]+)"/.exec(answered) ?? [];
    if (experimentId !== undefined && !this.host.experiments.includes(experimentId))
      this.host.experiments.push(experimentId);
    if (status !== 200 || !text?.includes('"nextCursor":"')) return;
    const page = z.object({ nextCursor: z.string() }).safeParse(JSON.parse(text));
    if (page.success) this.host.cursors.push(page.data.nextCursor);
    if (this.host.cursors.length > 20) this.host.cursors.shift();
  }
}
