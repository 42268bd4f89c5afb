import {
  attachmentPathSchema,
  attachmentSchema,
  attachQuerySchema,
  ATTACHMENT_LIMITS,
  MAX_ATTACHMENT_BYTES,
} from '@trainyard/shared';
import { z } from 'zod';
import { attach, attachedFile, detach } from '../../attachments/attach.js';
import { defineDownload, defineRoute, defineUpload } from '../defineRoute.js';
import type { Route } from '../route.js';
import { sendArtifact } from '../sendArtifact.js';
import { noQuery, runParams, visibleRun } from './parameters.js';

const PATH = '/api/training-runs/{runId}/attachments/{path}';
const attachmentParams = runParams.extend({ path: attachmentPathSchema });

const put = defineUpload({
  method: 'PUT',
  path: PATH,
  summary: 'Attach a file to a run, whether it has ended or not',
  operationId: 'attachFile',
  description:
    `The body is the file as it is; ${ATTACHMENT_LIMITS}. The same content at the same path changes nothing. Other content is refused with 409 unless \`replace\` is true. ` +
    'No manifest lists what is attached: it is no part of what proves the model.',
  access: 'trainer',
  params: attachmentParams,
  query: attachQuerySchema,
  maxBytes: MAX_ATTACHMENT_BYTES,
  result: attachmentSchema,
  success: 201,
  otherSuccess: { status: 200, description: 'The run has this content at this path already' },
  mayConflict: true,
  async put(cp, { params, query, caller, content }) {
    const { runId } = await visibleRun(cp, caller, params.runId);
    const { path } = params;
    const request = { path, content, replace: query.replace ?? false, by: caller.id };
    const { attachment, isNew } = await attach(cp, runId, request);
    return { status: isNew ? 201 : 200, body: attachment };
  },
});

const get = defineDownload({
  method: 'GET',
  path: PATH,
  summary: 'Read a file that somebody attached to a run',
  operationId: 'getAttachment',
  description:
    'A header `Range` of one range and `If-None-Match` are heeded, and `HEAD` gives the headers alone. Pages come with `Content-Security-Policy: sandbox`.',
  access: 'viewer',
  params: attachmentParams,
  query: noQuery,
  async send(cp, { params, caller, request }, response) {
    const run = await visibleRun(cp, caller, params.runId);
    await sendArtifact(cp, attachedFile(run, params.path), request, response);
  },
});

const remove = defineRoute({
  method: 'DELETE',
  path: PATH,
  summary: 'Take a file away that somebody attached to a run',
  operationId: 'detachFile',
  access: 'trainer',
  params: attachmentParams,
  query: noQuery,
  result: z.strictObject({ deleted: z.literal(true) }).meta({ examples: [{ deleted: true }] }),
  success: 200,
  async handle(cp, { params, caller }) {
    const { runId } = await visibleRun(cp, caller, params.runId);
    await detach(cp, runId, params.path);
    return { body: { deleted: true as const } };
  },
});

export const attachmentRoutes: readonly Route[] = [put, get, remove];
