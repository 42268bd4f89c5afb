/** The one place that turns errors into answers. */
import type { HttpFunction } from '@google-cloud/functions-framework';
import type { Problem } from '@trainyard/shared';
import type { ControlPlane } from '../controlPlane.js';
import { controlPlane } from '../currentControlPlane.js';
import { DOMAIN_CODES } from '../errors/domainCodes.js';
import { DomainError } from '../errors/domainError.js';
import { DocumentTooLargeError, MAX_DOCUMENT_BYTES } from '../ports/documentStore/documentSize.js';
import { storeFaultOf } from '../errors/storeFault.js';
import { inSpan, SpanKind } from '../telemetry/tracing.js';
import './compressedBodies.js';
import { answerAllowedOrigin, refuseForeignPage } from './foreignPages.js';
import type { Request, Response } from './request.js';
import { foreignCharset, refuseForeignText } from './utf8.js';

export function sendJson(
  response: Response,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  sendText(response, status, 'application/json', JSON.stringify(body), headers);
}

function sendProblem(response: Response, error: DomainError): void {
  const problem = problemOf(error);
  sendText(
    response,
    problem.status,
    'application/problem+json',
    JSON.stringify(problem),
    problemHeaders(error),
  );
}

/** The body of the answer to what was refused. */
export function problemOf({ code, detail, errors }: DomainError): Problem {
  const { status, title } = DOMAIN_CODES[code];
  return {
    type: `https://trainyard.dev/problems/${code}`,
    title,
    status,
    detail,
    ...(errors && { errors }),
  };
}

/** What HTTP wants said in headers (RFC 9110, sections 10.2.1, 10.2.3, 11.6.1 and 14.4). */
function problemHeaders({
  code,
  retryAfterSeconds,
  allowedMethods,
  sizeBytes,
}: DomainError): Record<string, string> {
  return {
    ...(code === 'not-authenticated' && { 'www-authenticate': 'Bearer' }),
    ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
    ...(allowedMethods && { allow: allowedMethods.join(', ') }),
    ...(sizeBytes !== undefined && { 'content-range': `bytes */${sizeBytes}` }),
  };
}

/** Express' own `send` would answer `If-None-Match: *` with 304 and nothing: what is never stored is always sent. */
function sendText(
  response: Response,
  status: number,
  type: string,
  text: string,
  headers: Record<string, string>,
): void {
  response.status(status).set({ 'cache-control': 'no-store', ...headers });
  response.type(type).end(text);
}

type Handle = (cp: ControlPlane, request: Request, response: Response) => Promise<void>;

/**
 * A function, in a span of that name, whose errors are answers: problems as they are, anything else as a 500 that says nothing and
 * is logged. What holds for every request, whatever it asks for, is seen to before `handle`.
 */
export function answering(name: string, handle: Handle): HttpFunction {
  return async (request, response) => {
    installProblemHandler(request);
    const cp = await controlPlane();
    const parent = request.get('traceparent');
    const attributes = { 'http.request.method': request.method };
    await inSpan(name, { parent, kind: SpanKind.SERVER, attributes }, async (span) => {
      await answer(cp, handle, request, response);
      span.setAttribute('http.response.status_code', response.statusCode);
    });
  };
}

async function answer(cp: ControlPlane, handle: Handle, request: Request, response: Response): Promise<void> {
  try {
    refuseSecondHost(request);
    if (answerAllowedOrigin(cp.config, request, response)) return;
    refuseForeignPage(cp.config, request);
    refuseForeignText(request);
    await handle(cp, request, response);
  } catch (error) {
    if (error instanceof DomainError) {
      if (!response.headersSent) sendProblem(response, error);
      return;
    }
    if (error instanceof DocumentTooLargeError) {
      cp.log('WARNING', 'a document is too large to be stored', { path: request.path, error });
      if (!response.headersSent) sendProblem(response, tooLarge(error));
      return;
    }
    cp.log('ERROR', 'a request failed', { method: request.method, path: request.path, error });
    if (!response.headersSent) sendProblem(response, storeUnavailable(error) ?? internalError(error));
  }
}

/** Whoever stands before this server may have looked at the other one (RFC 9112, section 3.2). */
function refuseSecondHost(request: Request): void {
  const names = request.rawHeaders.filter((_, i) => i % 2 === 0);
  if (names.filter((name) => name.toLowerCase() === 'host').length <= 1) return;
  throw new DomainError('invalid-request', 'The request has several Host headers: send one.');
}

function tooLarge(cause: DocumentTooLargeError): DomainError {
  const detail = `What the request makes, with everything that follows from it by default, has ${cause.bytes} bytes as ${cause.path}; ${MAX_DOCUMENT_BYTES} are stored at most. Name fewer columns, or shorter lists and texts.`;
  return new DomainError('too-large', detail, { cause });
}

/** Says what an operator has to know; undefined where the error is another mistake. */
function storeUnavailable(cause: unknown): DomainError | undefined {
  const fault = storeFaultOf(cause);
  if (!fault) return undefined;
  const detail = `The store of this Trainyard ${fault.reason}: ${fault.remedy}. Nothing was half-written.`;
  return new DomainError('store-unavailable', detail, { retryAfterSeconds: RETRY_SECONDS, cause });
}

/** Until a store that is gone may be there again. */
const RETRY_SECONDS = 5;

function internalError(cause: unknown): DomainError {
  const detail = 'The request could not be carried out. Nothing was half-written; try again.';
  return new DomainError('internal', detail, { cause });
}

const withHandler = new WeakSet<object>();

/**
 * The framework decodes paths and parses bodies before a function sees them, and answers unreadable ones with a page of its own.
 * An error handler added to its Express application gives a problem instead. The application is reached through a request, so the
 * first request of a process adds it; hosts send one before they open.
 */
function installProblemHandler(request: Request): void {
  if (withHandler.has(request.app)) return;
  withHandler.add(request.app);
  request.app.use((error: unknown, sent: Request, response: Response, next: (error: unknown) => void) => {
    const refusal = unreadable(error);
    const problem = response.headersSent ? undefined : refusal && (foreignCharset(sent) ?? refusal);
    if (!problem) return next(error);
    sendProblem(response, problem);
  });
}

/** The refusal of a request that could not be read; undefined where that is not the caller's mistake. */
function unreadable(error: unknown): DomainError | undefined {
  if (error instanceof URIError) {
    const detail = 'The path has a percent sign that is not followed by two hexadecimal digits of UTF-8.';
    return new DomainError('invalid-path', detail, { cause: error });
  }
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  if (typeof status !== 'number' || status < 400 || status >= 500) return undefined;
  switch (status) {
    case 413:
      return new DomainError('too-large', 'The body is larger than this server reads.');
    case 415:
      return new DomainError(
        'unsupported-media-type',
        'The body has an encoding that is not read: send JSON in UTF-8, as it is, or as gzip of at most 64 KB with its content-length.',
      );
    default:
      return new DomainError(
        'invalid-json',
        'The body is not valid JSON in UTF-8: correct it and send it again.',
      );
  }
}
