/** The evaluation that a run has left among its artifacts. */
import { evaluationReportSchema, type EvaluationReport, type Run } from '@trainyard/shared';
import { DomainError } from '../../errors/domainError.js';
import { ObjectNotFoundError, type ObjectStore } from '../../ports/objectStore/objectStore.js';
import { keyInRun, readText } from './runObjects.js';

/** A trainer of somebody else could name an object of any size. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Throws `no-evaluation` with the reason where the run has none that can be read. */
export async function readEvaluation(objects: ObjectStore, run: Run): Promise<EvaluationReport> {
  const uri = run.result?.artifacts['evaluation'];
  if (uri === undefined) throw none(run, whyNone(run));
  const key = keyInRun(objects, run.runId, uri);
  if (key === undefined)
    throw none(run, `it lies at ${uri}, which is not among the run's own artifacts: read it there`);
  const text = await readText(objects, key, MOST_BYTES).catch((error: unknown) => {
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
