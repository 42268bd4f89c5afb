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
const pair = (most: number) => z.strictObject({ key: z.string().min(1), value: z.string().max(most) });
const tags = (most: number, value = 5000) => z.array(pair(value)).max(most).optional();
const point = z.strictObject({ key: z.string(), value: z.number(), timestamp: long, step: z.int() });

/** By method and path; fields that the API does not have are refused. */
export const requests = {
  'GET /experiments/get-by-name': z.strictObject({ experiment_name: z.string().min(1).max(500) }),
  'POST /experiments/create': z.strictObject({
    name: z.string().min(1).max(500),
    artifact_location: z.string().optional(),
    tags: tags(20),
  }),
  'POST /runs/create': z.strictObject({
    experiment_id: z.string().min(1),
    run_name: z.string().optional(),
    start_time: long.optional(),
    tags: tags(100),
  }),
  'GET /runs/get': z.strictObject({ run_id: z.string().min(1) }),
  'POST /runs/update': z.strictObject({
    run_id: z.string().min(1),
    status: z.enum(['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED']).optional(),
    end_time: long.optional(),
    run_name: z.string().optional(),
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
    name: z.string().min(1),
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
    throw new MlflowRefusal(400, 'INVALID_PARAMETER_VALUE', `Invalid ${kind} name: '${key}'`);
}

/** `_validate_batch_log_api_req`. */
export function validLength(body: Buffer): void {
  if (body.length > 1e6)
    throw new MlflowRefusal(
      400,
      'INVALID_PARAMETER_VALUE',
      `Batched logging API requests must be at most 1000000 bytes, got a request of size ${body.length}.`,
    );
}
