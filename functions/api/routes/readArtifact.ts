import { z } from 'zod';
import { findArtifact } from '../../runs/results/artifacts.js';
import { defineDownload } from '../defineRoute.js';
import { sendArtifact } from '../sendArtifact.js';
import { noQuery, runParams, visibleRun } from './parameters.js';

const artifactParams = runParams.extend({
  path: z.string().min(1).max(1000).meta({
    description:
      'The path of a file as `manifest.json` lists it, or of the report about the data; its slashes may stand as they are.',
  }),
});

export const readArtifactRoute = defineDownload({
  method: 'GET',
  path: '/api/training-runs/{runId}/artifacts/{path}',
  summary: 'Read a file that a run has left behind',
  operationId: 'getArtifact',
  description:
    'Of a completed run what `manifest.json` of its model lists, and `manifest.json` itself, with the type that it says. ' +
    'Of a run that failed or was cancelled what it has found in its data, as far as it came: `data/profile.json`, `data/schema.json`, `data/validation.json` and `data/profile.html`. A header `Range` of one range and `If-None-Match` are heeded, and `HEAD` gives the headers alone. ' +
    'Pages come with `Content-Security-Policy: sandbox`.',
  access: 'viewer',
  params: artifactParams,
  query: noQuery,
  async send(cp, { params, caller, request }, response) {
    const run = await visibleRun(cp, caller, params.runId);
    await sendArtifact(cp, await findArtifact(cp.objects, run, params.path), request, response);
  },
});
