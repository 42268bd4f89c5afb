/** From an operation to bytes: a draft is built of the document's schemas, may be spoilt, and is signed where trainers sign. */
import { deriveRunSecret, signCallback } from '@trainyard/shared';
import type { Dice } from './dice.js';
import type { FunctionName, Operation, Parameter } from './document.js';
import type { Values } from './values.js';
import { ARTIFACTS, MASTER_SECRET, MODELS, PRESETS, type FuzzedHost } from './fuzzedHost.js';

export type Sort = 'valid' | 'near_valid' | 'hostile';

/** A request while it is made. */
export interface Draft {
  operation: Operation;
  method: string;
  /** Encoded, with its slashes. */
  path: string;
  /** Encoded, without its question mark. */
  query: string[];
  headers: Record<string, string>;
  /** What the body says; undefined for none. */
  json: unknown;
  /** Instead of the text of `json`. */
  body?: Buffer;
  /** What the signature is made with; undefined for requests that are not signed. */
  signing: { id: string; attempt: string; runId: string; at: Date } | undefined;
}

/** A request as it is sent. */
export interface FuzzRequest {
  of: FunctionName;
  sort: Sort;
  /** What it was before it was spoilt. */
  operation: string;
  /** What is special about it. */
  what: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer | undefined;
  /** In place of all of it: the bytes of a connection. */
  raw?: Buffer;
}

export function nameOf({ method, path }: Pick<Operation, 'method' | 'path'>): string {
  return `${method} ${path}`;
}

/** A request that the document allows; most name what there is. */
export function validDraft(operation: Operation, host: FuzzedHost, values: Values, dice: Dice): Draft {
  const run = dice.pick(host.runs);
  const attempt = String(run.attempt);
  const headers: Record<string, string> = {};
  const query: string[] = [];
  let { path } = operation;
  for (const parameter of operation.parameters) {
    const text = parameterText(parameter, run.runId, host, values, dice);
    if (parameter.in === 'path') path = path.replace(`{${parameter.name}}`, encodeURIComponent(text));
    if (parameter.in === 'query' && dice.chance(parameter.required ? 1 : 0.3))
      query.push(`${parameter.name}=${encodeURIComponent(text)}`);
    if (parameter.in === 'header' && operation.of === 'api' && dice.chance(0.3))
      headers[parameter.name.toLowerCase()] = text;
  }
  const json = operation.body && bodyOf(operation, values, dice, run.attempt);
  const id = `${dice.chance(0.2) ? '_' : ''}callback-${dice.int(1, 5000)}`;
  const signing = operation.of === 'webhooks' ? { id, attempt, runId: run.runId, at: new Date() } : undefined;
  return { operation, method: operation.method, path, query, headers, json, signing };
}

function parameterText(
  { name, schema }: Parameter,
  runId: string,
  host: FuzzedHost,
  values: Values,
  dice: Dice,
): string {
  const known: Record<string, () => string> = {
    runId: () => runId,
    runs: () => [runId, ...host.runs.slice(0, 2).map((run) => run.runId)].join(','),
    topics: () => dice.pick(['runs', 'models', 'runs,models', `runs,run:${runId}`, `logs:${runId}`]),
    sweepId: () => (host.sweeps.length > 0 ? dice.pick(host.sweeps) : runId),
    experimentId: () => (host.experiments.length > 0 ? dice.pick(host.experiments) : runId),
    modelId: () => dice.pick(MODELS),
    id: () => dice.pick(PRESETS),
    version: () => String(dice.int(1, 4)),
    path: () => dice.pick(ARTIFACTS),
    cursor: () => dice.pick(['e30', ...host.cursors]),
    'Last-Event-ID': () => dice.pick(['', 'se', 's0.1_1.1e1-14.1_15-15.2', `se${'1-9.1_'.repeat(500)}1-1.1`]),
  };
  const choose = known[name];
  if (choose && dice.chance(0.85)) return choose();
  // No URL can hold half of a pair.
  return Buffer.from(String(values.valid(schema))).toString();
}

function bodyOf({ of, path, body = {} }: Operation, values: Values, dice: Dice, attempt: number): unknown {
  const json = values.valid(body);
  if (path.endsWith('/sweeps') && dice.chance(0.5)) return { ...SWEEP, name: 'fuzz' };
  if (of === 'webhooks') return withAttempt(json, attempt);
  return withKnownPresets(json, dice);
}

/** Its space names keys that specifications have, which no schema says. */
const SWEEP = {
  spec: {
    dataset: { source: { uri: 'purchases.csv' } },
    features: {
      query: [{ column: 'user', transform: 'lookup', id: true }],
      candidate: [{ column: 'item', transform: 'lookup', id: true }],
    },
  },
  space: { 'training.epochs': [2, 3, 4] },
};

/** All callbacks of a request speak for the attempt that signs it. */
function withAttempt(value: unknown, attempt: number): unknown {
  if (Array.isArray(value)) return value.map((inner: unknown) => withAttempt(inner, attempt));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [
    key,
    key === 'attempt' ? attempt : ['callbacks', 'body'].includes(key) ? withAttempt(inner, attempt) : inner,
  ]);
  return Object.fromEntries(entries);
}

/** Most presets that a specification names, or that are saved, have the names of the others. */
function withKnownPresets(value: unknown, dice: Dice): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const json: Record<string, unknown> = { ...value };
  const { spec } = json;
  if (typeof json['id'] === 'string' && dice.chance(0.9)) json['id'] = dice.pick(PRESETS);
  if (typeof spec !== 'object' || spec === null) return json;
  const sections = Object.entries(spec).map(([name, section]: [string, unknown]) => {
    const isReference = typeof section === 'object' && section !== null && 'preset' in section;
    return [name, isReference ? { preset: dice.pick(PRESETS) } : section];
  });
  return { ...json, spec: Object.fromEntries(sections) };
}

/** The draft as it goes over the wire. */
export function finished(draft: Draft, sort: Sort, what: string): FuzzRequest {
  const { operation, method, path, query, headers, json, signing } = draft;
  const text = json === undefined ? undefined : Buffer.from(JSON.stringify(json));
  const body = draft.body ?? text;
  const signed = signing && {
    'trainyard-attempt': signing.attempt,
    ...signCallback(
      deriveRunSecret(MASTER_SECRET, signing.runId, Number(signing.attempt) || 0),
      signing.id,
      signing.at,
      body ?? '',
    ),
  };
  return {
    of: operation.of,
    sort,
    operation: nameOf(operation),
    what: `${what}: ${nameOf(operation)}`,
    method,
    path: query.length > 0 ? `${path}?${query.join('&')}` : path,
    headers: sendable({
      ...(body && { 'content-type': 'application/json', 'content-length': String(body.length) }),
      ...signed,
      ...headers,
    }),
    body,
  };
}

/** No client can send control characters in headers, or characters of more than one byte. */
function sendable(headers: Record<string, string>): Record<string, string> {
  const entries = Object.entries(headers).map(([name, text]) => [
    name,
    text.replace(/[^\t\x20-\x7e\x80-\xff]/g, ''),
  ]);
  return Object.fromEntries(entries);
}
