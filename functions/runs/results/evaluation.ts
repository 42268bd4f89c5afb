/** The evaluation that a run has left among its artifacts. */
import { evaluationReportSchema, type EvaluationReport, type Run } from '@trainyard/shared';
import { DomainError } from '../../errors/domainError.js';
import { ObjectNotFoundError, type ObjectStore } from '../../ports/objectStore/objectStore.js';

/** A trainer of somebody else could name an object of any size. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Throws `no-evaluation` with the reason where the run has none that can be read. */
export async function readEvaluation(objects: ObjectStore, run: Run): Promise<EvaluationReport> {
  const uri = run.result?.artifacts['evaluation'];
  if (uri === undefined) throw none(run, whyNone(run));
  const key = keyOf(objects, run.runId, uri);
  if (key === undefined)
    throw none(run, `it lies at ${uri}, which is not among the run's own artifacts: read it there`);
  const text = await readText(objects, key).catch((error: unknown) => {
    if (error instanceof ObjectNotFoundError) return undefined;
    throw error;
  });
  if (text === undefined) throw none(run, `${uri} is not there any more`);
  if (text === 'too large') throw none(run, `${uri} is larger than ${MOST_BYTES / 2 ** 20} MiB`);
  const report = evaluationReportSchema.safeParse(jsonOf(text.content));
  if (report.success) return report.data;
  const [issue] = report.error.issues;
  const where = issue ? `: ${issue.path.join('.') || 'the document'} ${issue.message}` : '';
  throw none(run, `${uri} has a form that this version does not read${where}`);
}

function whyNone({ status, result }: Run): string {
  if (result) return 'its trainer wrote none, as those of version 0.1 did not';
  return status === 'failed' || status === 'cancelled'
    ? `it is ${status}, and only what completes is evaluated`
    : `it is ${status}: ask again once it is completed`;
}

/** Whoever reports a result names where its artifacts are: only what lies in the run's own folder is read for him. */
function keyOf(objects: ObjectStore, runId: string, uri: string): string | undefined {
  const folder = `runs/${runId}`;
  const prefix = `${objects.uri(folder)}/`;
  if (!uri.startsWith(prefix)) return undefined;
  const key = `${folder}/${uri.slice(prefix.length)}`;
  try {
    return objects.uri(key) === uri ? key : undefined;
  } catch (error) {
    // No key of the store: it leads elsewhere.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

async function readText(objects: ObjectStore, key: string): Promise<{ content: string } | 'too large'> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of await objects.openRead(key)) {
    const buffer = Buffer.from(part as Uint8Array);
    bytes += buffer.length;
    if (bytes > MOST_BYTES) return 'too large';
    parts.push(buffer);
  }
  return { content: Buffer.concat(parts).toString('utf8') };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The schema says that it is none of its documents.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function none({ runId }: Run, why: string): DomainError {
  return new DomainError('no-evaluation', `run ${runId} has no evaluation: ${why}`);
}
