/** What the requests of MLflow's REST API hold, and what the stand-in keeps of them. */
import { z } from 'zod';

export class MlflowRefusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export interface LoggedPoint {
  key: string;
  value: number;
  timestamp: number;
  step: number;
}

export interface StoredExperiment {
  id: string;
  name: string;
  isDeleted: boolean;
  tags: Map<string, string>;
}

export interface StoredRun {
  id: string;
  experimentId: string;
  name: string;
  startTime: number | undefined;
  endTime: number | undefined;
  status: string;
  isDeleted: boolean;
  artifactUri: string;
  params: Map<string, string>;
  tags: Map<string, string>;
  points: LoggedPoint[];
}

export interface StoredVersion {
  name: string;
  version: string;
  source: string;
  run_id: string;
  tags: { key: string; value: string }[];
}

const long = z.int().min(0);
/** Protocol buffers have no halves of characters, and the databases that MLflow uses no NUL. */
const text = z.string().refine((value) => !/\0|\p{Surrogate}/u.test(value), 'no text in UTF-8');
/** Of the server as it is; what older ones take of a parameter is the stand-in's `parameterCharacters`. */
const limited = (most: number) =>
  text.refine((value) => Array.from(value).length <= most, `had a length that exceeded the limit of ${most}`);
const pair = (most: number) => z.strictObject({ key: text.min(1), value: limited(most) });
const tags = (most: number, value = 5000) => z.array(pair(value)).max(most).optional();
const point = z.strictObject({ key: z.string(), value: z.number(), timestamp: long, step: z.int() });

/** By method and path; fields that the API does not have are refused. */
export const requests = {
  'GET /experiments/get-by-name': z.strictObject({ experiment_name: limited(500).min(1) }),
  'POST /experiments/create': z.strictObject({
    name: limited(500).min(1),
    artifact_location: z.string().optional(),
    tags: tags(20),
  }),
  'POST /experiments/set-experiment-tag': z.strictObject({
    experiment_id: z.string().min(1),
    key: text.min(1),
    value: limited(5000),
  }),
  'POST /experiments/delete-experiment-tag': z.strictObject({
    experiment_id: z.string().min(1),
    key: text.min(1),
  }),
  'POST /runs/create': z.strictObject({
    experiment_id: z.string().min(1),
    run_name: limited(250).optional(),
    start_time: long.optional(),
    tags: tags(100),
  }),
  'GET /runs/get': z.strictObject({ run_id: z.string().min(1) }),
  'POST /runs/update': z.strictObject({
    run_id: z.string().min(1),
    status: z.enum(['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED']).optional(),
    end_time: long.optional(),
    run_name: limited(250).optional(),
  }),
  'POST /runs/delete': z.strictObject({ run_id: z.string().min(1) }),
  'POST /runs/search': z.strictObject({
    experiment_ids: z.array(z.string()).min(1),
    filter: z.string().optional(),
    run_view_type: z.enum(['ACTIVE_ONLY', 'DELETED_ONLY', 'ALL']).optional(),
    max_results: z.int().min(1).max(50_000).optional(),
    order_by: z.array(z.string()).optional(),
    page_token: z.string().optional(),
  }),
  'POST /runs/log-batch': z.strictObject({
    run_id: z.string().min(1),
    metrics: z.array(point).max(1000).optional(),
    params: tags(100, 6000),
    tags: tags(100),
  }),
  'GET /metrics/get-history': z.strictObject({
    run_id: z.string().min(1),
    metric_key: z.string().min(1),
    page_token: z.string().optional(),
    max_results: z.coerce.number().int().max(25_000).optional(),
  }),
  'GET /artifacts/list': z.strictObject({
    run_id: z.string().min(1),
    path: z.string().optional(),
    page_token: z.string().optional(),
  }),
  'POST /registered-models/create': z.strictObject({
    name: limited(256).regex(/^[^/:]+$/),
    tags: tags(100),
    description: z.string().optional(),
  }),
  'GET /model-versions/search': z.strictObject({
    filter: z.string().optional(),
    max_results: z.coerce.number().int().max(200_000).optional(),
    order_by: z.string().optional(),
    page_token: z.string().optional(),
  }),
  'POST /model-versions/create': z.strictObject({
    name: z.string().min(1),
    source: z.string().min(1),
    run_id: z.string().optional(),
    tags: tags(100),
    run_link: z.string().optional(),
    description: z.string().optional(),
  }),
} as const;
export type RequestOf<K extends keyof typeof requests> = z.output<(typeof requests)[K]>;

/** `_validate_param_name` and its siblings. */
export function checkKey(kind: string, key: string): void {
  const isPath = key.split('/').some((part) => part === '' || part === '.' || part === '..');
  if (!/^[/\p{L}\p{N}_.\- ]+$/u.test(key) || isPath || Array.from(key).length > 250)
    throw invalid(`Invalid ${kind} name: '${key}'`);
}

export function invalid(message: string): MlflowRefusal {
  return new MlflowRefusal(400, 'INVALID_PARAMETER_VALUE', message);
}

/** `validate_path_is_safe`, which decodes what is encoded, however often; what it returns is where the file lies. */
export function safePath(path: string): string {
  let decoded = path;
  for (let before = ''; before !== decoded;) {
    before = decoded;
    decoded = decoded.replaceAll(/%([0-9a-f]{2})/gi, (_, code: string) =>
      String.fromCodePoint(parseInt(code, 16)),
    );
  }
  const parts = decoded.split('/');
  if (/[#\\]/.test(decoded) || parts.includes('..') || parts.includes('')) throw invalid('Invalid path');
  return decoded;
}

/** `_validate_source_run`: a folder of the server's own machine is the run's, and no other one leads elsewhere. */
export function checkSource(source: string, artifactUri: string | undefined): void {
  const isLocal = (uri: string) => uri.startsWith('/') || uri.startsWith('file:');
  const isOfRun = artifactUri !== undefined && isLocal(artifactUri) && source.startsWith(artifactUri);
  if (isLocal(source) ? !isOfRun : source.split('/').includes('..'))
    throw invalid(`Invalid model version source: '${source}'.`);
}

/** `_validate_batch_log_api_req`. */
export function validLength(body: Buffer): void {
  if (body.length > 1e6)
    throw invalid(
      `Batched logging API requests must be at most 1000000 bytes, got a request of size ${body.length}.`,
    );
}
