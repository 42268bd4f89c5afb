/** What tests have for load jobs of BigQuery: multipart uploads or objects of a bucket, and the job that each becomes. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { HttpStandIn } from './httpStandIn.js';

export interface LoadedTable {
  configuration: Record<string, unknown>;
  location: string | undefined;
  content: Buffer;
}

interface Sent {
  configuration: { load: Record<string, unknown> };
  jobReference: { jobId: string; projectId: string; location?: string };
}

export class BigQueryLoads extends HttpStandIn {
  /** By the id of the job. */
  readonly jobs = new Map<string, LoadedTable>();
  /** Answers an upload in its place; `lost` takes it and breaks the connection off. */
  fate: (jobId: string) => 'lost' | { status: number; reason: string; message: string } | undefined = () =>
    undefined;
  /** What a job ends with. */
  ending: () => { reason: string; message: string } | undefined = () => undefined;
  uploads = 0;
  /** What lies in the buckets, by `gs://` URI: jobs may name it instead of bringing it. */
  readonly objects = new Map<string, Buffer>();

  protected async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const { pathname } = new URL(request.url ?? '', 'http://localhost');
    const send = (status: number, value: object) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(value));
    };
    const refuse = (status: number, reason: string, message: string) =>
      send(status, { error: { code: status, message, errors: [{ reason, message }] } });
    if (request.method === 'GET') {
      const id = pathname.split('/').at(-1) ?? '';
      return this.jobs.has(id)
        ? send(200, this.resource(id))
        : refuse(404, 'notFound', `Not found: Job ${id}`);
    }
    this.uploads += 1;
    const type = request.headers['content-type'] ?? '';
    const [sent, uploaded] = type.startsWith('multipart/') ? partsOf(body, type) : [body];
    const { configuration, jobReference } = JSON.parse(sent.toString()) as Sent;
    const { jobId } = jobReference;
    const content = uploaded ?? this.stored(configuration.load);
    if (!content) return refuse(404, 'notFound', 'Not found: URI');
    if (this.jobs.has(jobId)) return refuse(409, 'duplicate', `Already Exists: Job ${jobId}`);
    const fate = this.fate(jobId);
    if (fate !== undefined && fate !== 'lost') return refuse(fate.status, fate.reason, fate.message);
    this.jobs.set(jobId, { configuration: configuration.load, location: jobReference.location, content });
    if (fate === 'lost') return void response.destroy();
    send(200, this.resource(jobId));
  }

  private stored({ sourceUris }: Record<string, unknown>): Buffer | undefined {
    const parts = (Array.isArray(sourceUris) ? sourceUris : []).map((uri) => this.objects.get(String(uri)));
    return parts.length > 0 && parts.every((part) => part !== undefined) ? Buffer.concat(parts) : undefined;
  }

  private resource(jobId: string) {
    const errorResult = this.ending();
    return {
      kind: 'bigquery#job',
      jobReference: { projectId: 'demo-project', jobId, location: 'US' },
      status: { state: 'DONE', ...(errorResult && { errorResult, errors: [errorResult] }) },
      statistics: { load: { outputRows: '3' } },
    };
  }
}

/** The two parts of `multipart/related`, without their headers. */
function partsOf(body: Buffer, contentType: string): [Buffer, Buffer] {
  const boundary = Buffer.from(`--${/boundary="?([^";]+)"?/.exec(contentType)?.[1] ?? ''}`);
  const starts: number[] = [];
  for (let at = body.indexOf(boundary); at >= 0; at = body.indexOf(boundary, at + 1)) starts.push(at);
  const part = (i: number) => {
    const from = body.indexOf('\r\n\r\n', starts[i]) + 4;
    return body.subarray(from, (starts[i + 1] ?? body.length) - 2);
  };
  return [part(0), part(1)];
}
