/** Google's REST APIs, read only, with the caller's own credentials. */
import { setTimeout as pause } from 'node:timers/promises';
import { isTransientStatus } from '@trainyard/shared';
import { z } from 'zod';

/** Why an API did not tell. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  constructor(
    readonly kind: 'denied' | 'disabled' | 'notFound' | 'unreachable',
    /** `run.googleapis.com`. */
    readonly service: string,
    message: string,
    /** What the caller lacks, where the API says it. */
    readonly permission: string | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface GoogleApiOptions {
  token: () => Promise<string>;
  /** Whose quota is used, as people's own credentials need it. */
  quotaProject: string;
  /** Where a service is; Google's own address unless given. */
  endpoint?: (service: string) => string;
  /** Between tries, in milliseconds. */
  pauseMs?: number;
}

type Query = Readonly<Record<string, string | undefined>>;
interface Request {
  query?: Query;
  /** Makes it a POST. */
  body?: unknown;
}

interface Looked {
  ok: boolean;
  status: number;
  headers: Headers;
  /** The body as JSON; undefined where it is none. */
  json: unknown;
}

const TRIES = 3;
const CALL_MS = 15_000;

const problemSchema = z.object({
  error: z.object({
    message: z.string().default(''),
    details: z.array(z.looseObject({ reason: z.string().optional() })).default([]),
  }),
});

export class GoogleApi {
  /** How far the clock of this machine is from Google's, in seconds; null before the first answer. */
  clockSeconds: number | null = null;

  constructor(private readonly options: GoogleApiOptions) {}

  /** What the API answers, as `schema` reads it. Fails with `ApiProblem`. */
  async get<T>(schema: z.ZodType<T>, service: string, path: string, request: Request = {}): Promise<T> {
    const parsed = schema.safeParse(await this.answer(service, path, request));
    if (parsed.success) return parsed.data;
    throw new ApiProblem(
      'unreachable',
      service,
      `${service} answers something else than expected: ${z.prettifyError(parsed.error)}`,
    );
  }

  /** The same; undefined for what is not there. */
  async find<T>(
    schema: z.ZodType<T>,
    service: string,
    path: string,
    request: Request = {},
  ): Promise<T | undefined> {
    try {
      return await this.get(schema, service, path, request);
    } catch (error) {
      if (error instanceof ApiProblem && error.kind === 'notFound') return undefined;
      throw error;
    }
  }

  /** All entries of a list, page by page. */
  async list<T>(
    item: z.ZodType<T>,
    field: string,
    service: string,
    path: string,
    query: Query = {},
  ): Promise<T[]> {
    const page = z.object({ [field]: z.array(item).default([]), nextPageToken: z.string().optional() });
    const found: T[] = [];
    for (let pageToken: string | undefined; ;) {
      const answer = (await this.get(page, service, path, { query: { ...query, pageToken } })) as {
        nextPageToken?: string;
      } & Record<string, T[]>;
      found.push(...(answer[field] ?? []));
      pageToken = answer.nextPageToken;
      if (!pageToken) return found;
    }
  }

  /** What a page of the project answers anybody: it gets none of the caller's credentials. */
  async look(host: string, path: string): Promise<Looked> {
    const { endpoint = (name) => `https://${name}` } = this.options;
    const response = await this.send(host, new URL(`${endpoint(host)}/${path}`), { redirect: 'manual' });
    const { ok, status, headers } = response;
    return { ok, status, headers, json: jsonOf(await response.text()) };
  }

  private async answer(service: string, path: string, { query = {}, body }: Request): Promise<unknown> {
    const { endpoint = (name) => `https://${name}`, quotaProject, pauseMs = 500 } = this.options;
    const url = new URL(`${endpoint(service)}/${path}`);
    for (const [name, value] of Object.entries(query)) if (value) url.searchParams.set(name, value);
    for (let attempt = 1; ; attempt++) {
      const response = await this.send(service, url, {
        method: body === undefined ? 'GET' : 'POST',
        headers: {
          authorization: `Bearer ${await this.options.token()}`,
          'x-goog-user-project': quotaProject,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (response.ok) return jsonOf(text);
      if (!isTransientStatus(response.status) || attempt === TRIES)
        throw problemOf(service, response.status, text);
      await pause(pauseMs * 2 ** attempt);
    }
  }

  private async send(service: string, url: URL, init: RequestInit): Promise<Response> {
    try {
      const sent = Date.now();
      const response = await fetch(url, { ...init, signal: AbortSignal.timeout(CALL_MS) });
      const date = Date.parse(response.headers.get('date') ?? '');
      // Google's date is that of the answer, to the second.
      if (!Number.isNaN(date)) this.clockSeconds = (sent + Date.now()) / 2 / 1000 - (date / 1000 + 0.5);
      return response;
    } catch (cause) {
      throw new ApiProblem('unreachable', service, `${service} cannot be reached from here`, null, { cause });
    }
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function problemOf(service: string, status: number, text: string): ApiProblem {
  const parsed = problemSchema.safeParse(jsonOf(text));
  const { message, details } = parsed.data?.error ?? { message: `status ${status}`, details: [] };
  if (status === 404) return new ApiProblem('notFound', service, message);
  if (details.some(({ reason }) => reason === 'SERVICE_DISABLED'))
    return new ApiProblem('disabled', service, `the API ${service} is not enabled`);
  if (status === 401 || status === 403) {
    const permission = /\b[a-z]\w+\.[\w.]+\.\w+\b(?<!googleapis\.com)/i.exec(message)?.[0] ?? null;
    return new ApiProblem('denied', service, message, permission);
  }
  return new ApiProblem('unreachable', service, `${service} answers ${status}: ${message.slice(0, 300)}`);
}
