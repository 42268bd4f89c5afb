import { deriveRunSecret, signCallback } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import { trainer } from './callbacks.js';
import { MASTER_SECRET, START } from './controlPlane.js';
import { EXAMPLE_SPEC } from './newRun.js';
import { eventMismatches, mismatches, type GivenAnswer, type SentRequest } from './openapiCheck.js';
import { epochRow, runView } from './runView.js';

const RUNS = '/api/models/demo/training-runs';
const json = { 'content-type': 'application/json' };
const start: SentRequest = {
  method: 'POST',
  path: RUNS,
  headers: json,
  body: JSON.stringify({ spec: EXAMPLE_SPEC }),
};
const run = runView();
const started: GivenAnswer = {
  status: 202,
  headers: {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    location: `/api/training-runs/${run.runId}`,
  },
  text: JSON.stringify(run),
};
const problem = (status: number, headers: GivenAnswer['headers'] = {}): GivenAnswer => ({
  status,
  headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
  text: JSON.stringify({ type: 'x', title: 'x', status, detail: 'x' }),
});
const list: SentRequest = { method: 'GET', path: RUNS, headers: {}, body: undefined };
const listed: GivenAnswer = {
  ...started,
  status: 200,
  text: JSON.stringify({ runs: [run], nextCursor: null }),
};

describe('an exchange with the API', () => {
  it.each<[what: string, SentRequest, GivenAnswer]>([
    ['a started run', start, started],
    ['a page', { ...list, path: `${RUNS}/?limit=5&status=running` }, listed],
    ['a refusal', { ...start, body: '{}' }, problem(400)],
    ['a path that is not here', { ...list, path: '/api/nothing' }, problem(404)],
    ['a method that is not here', { ...list, method: 'PUT' }, problem(405, { allow: 'GET, POST' })],
  ])('is as the document says: %s', (_what, request, answer) => {
    expect(mismatches('api', request, answer)).toEqual([]);
  });

  const without = (name: string): GivenAnswer => ({
    ...started,
    headers: { ...started.headers, [name]: undefined },
  });
  it.each<[what: string, SentRequest, GivenAnswer, says: RegExp]>([
    [
      'a status that is not declared',
      start,
      { ...started, status: 204 },
      /the status is not one of 200,202,400/,
    ],
    ['a refusal that is not declared', list, problem(409), /the status is not one of/],
    [
      'another content type',
      start,
      { ...started, headers: { ...started.headers, 'content-type': 'text/html' } },
      /text\/html is not declared/,
    ],
    ['a missing header', start, without('location'), /the header Location is missing/],
    [
      'an answer that may be kept',
      start,
      { ...started, headers: { ...started.headers, 'cache-control': 'max-age=5' } },
      /the header Cache-Control/,
    ],
    [
      'a key that is not declared',
      start,
      { ...started, text: JSON.stringify({ ...run, lease: null }) },
      /additional properties .*lease/,
    ],
    ['a missing key', start, { ...started, text: JSON.stringify({ ...run, spec: undefined }) }, /'spec'/],
    [
      'an instant that is none',
      start,
      { ...started, text: JSON.stringify({ ...run, createdAt: '2026-13-45T00:00:00.000Z' }) },
      /createdAt must match/,
    ],
    ['a body that is no JSON', start, { ...started, text: 'hello' }, /the body is no JSON/],
    ['a problem without its detail', { ...start, body: '{}' }, { ...problem(400), text: '{}' }, /the body/],
    ['an operation that is not there', { ...list, path: '/api/nothing' }, listed, /no such operation/],
    ['a path that is there after all', { ...list, method: 'PUT' }, problem(404), /other methods/],
    [
      'methods that are not those',
      { ...list, method: 'PUT' },
      problem(405, { allow: 'GET' }),
      /Allow says GET, the document GET,POST/,
    ],
    [
      'a body with an unknown key',
      { ...start, body: JSON.stringify({ spec: EXAMPLE_SPEC, x: 1 }) },
      started,
      /should have been refused, for the body/,
    ],
    ['no body', { ...start, body: undefined }, started, /its missing body/],
    [
      'a body of another type',
      { ...start, headers: { 'content-type': 'text/plain' } },
      started,
      /content type text\/plain of the body/,
    ],
    [
      'a wrong key',
      { ...start, headers: { ...json, 'idempotency-key': 'two words' } },
      started,
      /Idempotency-Key/,
    ],
    ['a wrong model', { ...start, path: '/api/models/Demo/training-runs' }, started, /modelId of the path/],
    [
      'a limit that is no number',
      { ...list, path: `${RUNS}?limit=0x10` },
      listed,
      /limit of the query: it must be integer/,
    ],
    ['a limit given twice', { ...list, path: `${RUNS}?limit=1&limit=2` }, listed, /there twice/],
    [
      'a parameter that is not declared',
      { ...list, path: `${RUNS}?page=2` },
      listed,
      /page of the query is not declared/,
    ],
  ])('differs from it by %s', (_what, request, answer, says) => {
    expect(mismatches('api', request, answer).join('\n')).toMatch(says);
  });
});

describe('an event of a stream', () => {
  const path = `/api/training-runs/${run.runId}/stream`;
  const block = (event: string, data: unknown) => `id: se\nevent: ${event}\ndata: ${JSON.stringify(data)}`;

  it('is as the document says, or not', () => {
    expect(eventMismatches(path, block('run', run))).toEqual([]);
    expect(eventMismatches(path, block('epoch', epochRow(1)))).toEqual([]);
    expect(eventMismatches(path, block('epoch', run))).toHaveLength(1);
    expect(eventMismatches(path, block('end', {}))).toHaveLength(1);
    expect(eventMismatches(path, 'data: {}')).toHaveLength(1);
  });
});

describe('a callback', () => {
  const path = `/api/training-runs/${run.runId}/webhook/epoch-complete`;
  const { body } = trainer().epoch(1);
  const text = JSON.stringify(body);
  const signature = signCallback(deriveRunSecret(MASTER_SECRET, run.runId, 1), 'id', START, text);
  const told: SentRequest = {
    method: 'POST',
    path,
    headers: { ...json, 'trainyard-attempt': '1', ...signature },
    body: text,
  };
  const taken: GivenAnswer = { ...listed, text: JSON.stringify({ status: 'ok', command: 'continue' }) };

  it('is as the document says, or not', () => {
    expect(mismatches('webhooks', told, taken)).toEqual([]);
    expect(mismatches('api', told, taken)).toHaveLength(1);
    const { 'trainyard-attempt': _attempt, ...headers } = told.headers;
    expect(mismatches('webhooks', { ...told, headers }, taken)).toHaveLength(1);
    const foreign = { ...told, path: path.replace('epoch-complete', 'heartbeat') };
    expect(mismatches('webhooks', foreign, taken)).toHaveLength(1);
  });
});
