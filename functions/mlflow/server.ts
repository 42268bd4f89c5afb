/**
 * MLflow's REST API 2.0 (https://mlflow.org/docs/latest/rest-api.html), as far as runs are told to it. Nothing that went wrong holds
 * a secret in its words.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { cutText, isTransientStatus, parsedJson, saysBrokenConnection, timeLimit } from '@trainyard/shared';
import { z } from 'zod';
import type { MlflowCredentials, MlflowSettings } from './settings.js';

export interface MlflowConnection {
  /** Without a slash at the end. */
  uri: string;
  credentials: MlflowCredentials | null;
  /** Ends whatever is asked. */
  signal?: AbortSignal;
  /** How long one answer is waited for, in milliseconds. */
  timeoutMs?: number;
  /** How often a request that may be made again is made again. */
  retries?: number;
  /** Before the first repetition, doubled for each one after it. */
  pauseMs?: number;
}

/** How requests are made; as in production unless a test says otherwise. */
export type Patience = Pick<MlflowConnection, 'timeoutMs' | 'retries' | 'pauseMs'>;

/** A server that runs are told to, and how. */
export interface MlflowTarget {
  settings: MlflowSettings;
  patience: Patience;
}

/** What one event may take: below the 120 s that the function may. */
export const ATTEMPT_MS = 90_000;

/** MLflow's codes of errors are its own; these two are ours, where it has said none. */
export type MlflowErrorCode = 'NO_ANSWER' | 'FOREIGN_ANSWER' | (string & {});

/** The server did not do what it was asked. */
export class MlflowError extends Error {
  override readonly name = 'MlflowError';
  constructor(
    message: string,
    readonly code: MlflowErrorCode,
    /** Null where no answer came. */
    readonly status: number | null,
    /** How long the server wants to be left alone, in milliseconds. */
    readonly retryAfterMs: number | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** Whether the same request may succeed later: the server was slow, busy, broken or away. */
  get isTransient(): boolean {
    return this.status === null || isTransientStatus(this.status);
  }

  /** It was MLflow that refused, and what it refused is of one run; a page of something in front of it is neither. */
  get isOfOneRun(): boolean {
    const isMlflows = !['', 'FOREIGN_ANSWER', 'ENDPOINT_NOT_FOUND'].includes(this.code);
    return (
      isMlflows && this.status !== null && this.status >= 400 && !this.isTransient && !this.isUnauthorized
    );
  }

  /** The operator has to do something, and then the same request succeeds. */
  get isUnauthorized(): boolean {
    return this.status === 401 || this.status === 403;
  }
}

const errorBody = z.object({ error_code: z.string().catch(''), message: z.string().catch('') });

interface Asked {
  method: 'GET' | 'POST' | 'PUT';
  /** Below the server's own address, with the leading slash. */
  path: string;
  query?: Readonly<Record<string, string>>;
  body?: string | Uint8Array<ArrayBuffer>;
  contentType?: string;
  /** Whether it may be made again although the first one may have been heard. */
  isRepeatable: boolean;
}

const API = '/api/2.0/mlflow';
/** Where the server takes artifacts for its clients. */
export const ARTIFACTS_API = '/api/2.0/mlflow-artifacts/artifacts';
/** The longest that the word of a server holds an attempt up. */
const LONGEST_PAUSE_MS = 30_000;
/** Of an answer; a server that says more than that is no MLflow. */
const SAID_CHARACTERS = 400;

export class MlflowServer {
  constructor(private readonly connection: MlflowConnection) {}

  get uri(): string {
    return this.connection.uri;
  }

  get<T>(path: string, query: Readonly<Record<string, string>>, answer: z.ZodType<T>): Promise<T> {
    return this.json({ method: 'GET', path: `${API}${path}`, query, isRepeatable: true }, answer);
  }

  /** Every page of what is listed, each asked for when the one before was read. */
  async *pages<T extends { next_page_token?: string | undefined }>(
    path: string,
    query: Readonly<Record<string, string>>,
    answer: z.ZodType<T>,
  ): AsyncGenerator<T> {
    for (let token: string | undefined; token !== '';) {
      const page = await this.get(
        path,
        { ...query, ...(token !== undefined && { page_token: token }) },
        answer,
      );
      yield page;
      const next = page.next_page_token ?? '';
      if (next === token && next !== '')
        throw new MlflowError(`${this.uri} gives one page of ${path} without end`, 'FOREIGN_ANSWER', 200);
      token = next;
    }
  }

  /** A question, or a change that is the same however often it is made. */
  post<T>(path: string, body: unknown, answer: z.ZodType<T>): Promise<T> {
    return this.json({ ...posted(path, body), isRepeatable: true }, answer);
  }

  /** A change of which two would be two: where nobody knows whether it was heard, it fails, and is not made again. */
  postOnce<T>(path: string, body: unknown, answer: z.ZodType<T>): Promise<T> {
    return this.json({ ...posted(path, body), isRepeatable: false }, answer);
  }

  /** Puts a file where the server keeps artifacts for its clients. */
  async putArtifact(path: string, content: Uint8Array<ArrayBuffer>, contentType: string): Promise<void> {
    const segments = path.split('/').map(encodeURIComponent).join('/');
    await this.ask({
      method: 'PUT',
      path: `${ARTIFACTS_API}/${segments}`,
      body: content,
      contentType,
      isRepeatable: true,
    });
  }

  private async json<T>(asked: Asked, answer: z.ZodType<T>): Promise<T> {
    const text = await this.ask(asked);
    const parsed = answer.safeParse(parsedJson(text));
    if (parsed.success) return parsed.data;
    throw new MlflowError(
      `${this.uri} answered ${asked.path} with something that MLflow does not say: is it the address of a tracking server?`,
      'FOREIGN_ANSWER',
      200,
      null,
      { cause: parsed.error },
    );
  }

  private async ask(asked: Asked): Promise<string> {
    const { retries = 3, pauseMs = 500, signal } = this.connection;
    for (let tries = 0; ; tries += 1) {
      try {
        return await this.once(asked);
      } catch (error) {
        if (tries >= retries || !isWorthRepeating(error, asked) || signal?.aborted) throw error;
        const wanted = error.retryAfterMs ?? pauseMs * 2 ** tries * (0.5 + Math.random() / 2);
        // Whoever is to wait for longer has others do it, later.
        if (wanted > LONGEST_PAUSE_MS) throw error;
        await pause(wanted, undefined, signal && { signal });
      }
    }
  }

  private async once(asked: Asked): Promise<string> {
    const { timeoutMs = 20_000, signal } = this.connection;
    const query = new URLSearchParams(asked.query).toString();
    const limit = timeLimit(timeoutMs, ...(signal ? [signal] : []));
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${this.uri}${asked.path}${query === '' ? '' : `?${query}`}`, {
        method: asked.method,
        headers: this.headers(asked),
        // Whoever the server would send us to is nobody that the operator named: no token goes there.
        redirect: 'manual',
        signal: limit,
        ...(asked.body !== undefined && { body: asked.body }),
      });
      text = await response.text();
    } catch (cause) {
      signal?.throwIfAborted();
      throw new MlflowError(
        `nobody answers at ${this.uri} (${this.withoutSecrets(reasonOf(cause, timeoutMs))})`,
        'NO_ANSWER',
        null,
      );
    }
    if (response.ok) return text;
    throw this.refusal(asked, response, text);
  }

  private headers({ contentType }: Asked): Record<string, string> {
    const { credentials } = this.connection;
    return {
      'user-agent': 'trainyard',
      ...(contentType !== undefined && { 'content-type': contentType }),
      ...(credentials && { authorization: authorizationOf(credentials) }),
    };
  }

  private refusal({ method, path }: Asked, response: Response, text: string): MlflowError {
    const { status, headers } = response;
    const { error_code: code, message } = errorBody
      .catch({ error_code: '', message: '' })
      .parse(parsedJson(text));
    const said = this.withoutSecrets(message === '' ? text : message)
      .replaceAll(/\s+/g, ' ')
      .trim();
    const words = `${this.uri} refused ${method} ${path} (${status}${code === '' ? '' : ` ${code}`}): ${cutText(said, SAID_CHARACTERS)}`;
    return new MlflowError(words + remedyOf(status), code, status, pauseWanted(headers.get('retry-after')));
  }

  /** A server may repeat what it was sent. */
  private withoutSecrets(text: string): string {
    const { credentials } = this.connection;
    if (!credentials) return text;
    const secret = 'token' in credentials ? credentials.token : credentials.password;
    const header = authorizationOf(credentials).replace(/^\w+ /, '');
    return text.replaceAll(header, '…').replaceAll(secret, '…');
  }
}

function posted(path: string, body: unknown): Pick<Asked, 'method' | 'path' | 'body' | 'contentType'> {
  return {
    method: 'POST',
    path: `${API}${path}`,
    body: JSON.stringify(body),
    contentType: 'application/json',
  };
}

/** RFC 6750, section 2.1, and RFC 7617. */
function authorizationOf(credentials: MlflowCredentials): string {
  if ('token' in credentials) return `Bearer ${credentials.token}`;
  const pair = Buffer.from(`${credentials.username}:${credentials.password}`, 'utf8').toString('base64');
  return `Basic ${pair}`;
}

/** A request that was refused for its number was not looked at: it is made again, whatever it changes. */
function isWorthRepeating(error: unknown, { isRepeatable }: Asked): error is MlflowError {
  if (!(error instanceof MlflowError) || !error.isTransient || isNotProxied(error)) return false;
  return isRepeatable || error.status === 429;
}

/** A server that keeps no artifacts for its clients says so with a status that otherwise passes. */
export function isNotProxied(error: unknown): boolean {
  if (!(error instanceof MlflowError)) return false;
  return error.status === 503 && /serve-artifacts/.test(error.message);
}

function remedyOf(status: number): string {
  if (status === 401 || status === 403)
    return '. Give a token in TRAINYARD_MLFLOW_TOKEN, or a user in TRAINYARD_MLFLOW_USERNAME and TRAINYARD_MLFLOW_PASSWORD, who may write there';
  if (status >= 300 && status < 400)
    return '. It sends its callers to another address: give that one, for no credentials are sent where nobody named';
  return '';
}

/** RFC 9110, section 10.2.3: seconds, or a date; MLflow sends neither, but what stands in front of it may. */
function pauseWanted(header: string | null): number | null {
  if (header === null) return null;
  if (/^\d{1,6}$/.test(header)) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
}

function reasonOf(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`;
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code;
  if (saysBrokenConnection(error.message)) return 'the connection broke';
  return cause instanceof Error && cause.message ? cause.message : error.message;
}
