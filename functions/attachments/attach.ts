/**
 * Files that people attach to a run, whether it has ended or not. They lie beside its folder, where no manifest lists them: what proves the
 * model is the trainer's alone. The run's document says which there are.
 */
import { createHash } from 'node:crypto';
import { MAX_ATTACHMENTS, paths, type Attachment, type Run } from '@trainyard/shared';
import { contentTypeOf } from '@trainyard/shared/http/contentType';
import type { ControlPlane } from '../controlPlane.js';
import { DomainError, notFound } from '../errors/domainError.js';
import { inTurn } from '../inTurn.js';
import { readRun } from '../runs/repository.js';
import type { Artifact } from '../runs/results/artifact.js';

type AttachPorts = Pick<ControlPlane, 'store' | 'objects' | 'now' | 'log'>;

export interface AttachRequest {
  path: string;
  content: Buffer;
  /** Whether a file of other content at that path gives way. */
  replace: boolean;
  by: string;
}

/** The file as it is among the attachments of the run since, and whether it is another one than before. */
export interface Attached {
  attachment: Attachment;
  isNew: boolean;
}

/**
 * Its key. No two uploads share an object unless they are of one file at one instant, so that whoever takes the last mention of an object
 * out of the run may delete it.
 */
function keyOf(runId: string, { path, sha256, attachedAt }: Attachment): string {
  const place = createHash('sha256')
    .update(JSON.stringify([path, attachedAt]))
    .digest('hex');
  return `attachments/${runId}/${sha256}-${place.slice(0, 16)}`;
}

/**
 * The same content at the same path changes nothing. Throws `attachment-exists` where other content is there that is not to be replaced, and
 * `too-many-attachments`.
 */
export async function attach(cp: AttachPorts, runId: string, request: AttachRequest): Promise<Attached> {
  const { path, content, by } = request;
  const attachment: Attachment = {
    path,
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
    attachedBy: by,
    attachedAt: cp.now().toISOString(),
  };
  // What is refused, or there already, is not uploaded first.
  const before = planAttach(await openedRun(cp, runId), attachment, request.replace);
  if (!before.isNew) return { attachment: before.attachment, isNew: false };
  const key = keyOf(runId, attachment);
  await cp.objects.putIfAbsent(key, content);
  const plan = await changeAttachments(cp, runId, (run) =>
    planAttach(run, attachment, request.replace),
  ).catch(async (error: unknown) => {
    // A refusal has written nothing; of any other failure it is not known whether the run names the object.
    if (error instanceof DomainError) await discard(cp, key);
    throw error;
  });
  if (keyOf(runId, plan.attachment) !== key) await discard(cp, key);
  if (plan.former) await discard(cp, keyOf(runId, plan.former));
  return { attachment: plan.attachment, isNew: plan.isNew };
}

/** Takes a file away. Throws `no-artifact` where there is none of the path. */
export async function detach(cp: AttachPorts, runId: string, path: string): Promise<void> {
  const { former } = await changeAttachments(cp, runId, (run) => {
    const found = attachmentOf(run, path);
    return { former: found, attachments: run.attachments.filter((one) => one !== found) };
  });
  await discard(cp, keyOf(runId, former));
}

/** What is sent of an attachment. Throws `no-artifact` where the run has none of the path. */
export function attachedFile(run: Run, path: string): Artifact {
  const attachment = attachmentOf(run, path);
  const { bytes, sha256 } = attachment;
  return { key: keyOf(run.runId, attachment), bytes, sha256, contentType: contentTypeOf(path) };
}

function attachmentOf({ runId, attachments }: Run, path: string): Attachment {
  const found = attachments.find((one) => one.path === path);
  if (found) return found;
  const others = attachments.slice(0, 10).map((one) => one.path);
  const rest = attachments.length > others.length ? ` and ${attachments.length - others.length} more` : '';
  const there = others.length === 0 ? 'nothing is attached to it' : `it has ${others.join(', ')}${rest}`;
  throw new DomainError(
    'no-artifact',
    `Run ${runId} has no attachment ${JSON.stringify(path.slice(0, 200))}: ${there}.`,
  );
}

interface Change {
  /** As they are to be; the same list where nothing changes. */
  attachments: readonly Attachment[];
}

interface AttachPlan extends Change, Attached {
  /** What gave way. */
  former: Attachment | undefined;
}

function planAttach(run: Run, attachment: Attachment, replace: boolean): AttachPlan {
  const { attachments, runId } = run;
  const { path, sha256 } = attachment;
  const former = attachments.find((one) => one.path === path);
  if (former?.sha256 === sha256) return { attachments, attachment: former, isNew: false, former: undefined };
  if (former && !replace)
    throw new DomainError(
      'attachment-exists',
      `Run ${runId} has another file at ${JSON.stringify(path)}, of ${former.bytes} bytes, which ${former.attachedBy} attached at ${former.attachedAt}: ask to replace it, or give another path.`,
    );
  if (!former && attachments.length >= MAX_ATTACHMENTS)
    throw new DomainError(
      'too-many-attachments',
      `Run ${runId} has ${attachments.length} attachments, and ${MAX_ATTACHMENTS} are allowed: remove one, or put several into an archive.`,
    );
  const others = attachments.filter((one) => one !== former);
  return { attachments: [...others, attachment], attachment, isNew: true, former };
}

/** The trainer's callbacks write the run as well, so changes of one run take turns. */
function changeAttachments<C extends Change>(
  cp: Pick<AttachPorts, 'store' | 'now'>,
  runId: string,
  plan: (run: Run) => C,
): Promise<C> {
  return inTurn(`run ${runId}`, (askedAt) =>
    cp.store.optimistic(async (tx) => {
      const run = await readRun(tx, runId);
      if (!run) throw notFound(`run ${runId}`);
      const change = plan(run);
      const { attachments } = change;
      if (attachments !== run.attachments)
        tx.set(paths.run(runId), { ...run, attachments, updatedAt: cp.now().toISOString() });
      return change;
    }, askedAt),
  );
}

async function openedRun({ store }: Pick<AttachPorts, 'store'>, runId: string): Promise<Run> {
  const run = await readRun(store, runId);
  if (!run) throw notFound(`run ${runId}`);
  return run;
}

/** An object that nobody names is in nobody's way: that it stays is logged, and no reason to refuse. */
async function discard({ objects, log }: Pick<AttachPorts, 'objects' | 'log'>, key: string): Promise<void> {
  try {
    await objects.delete(key);
  } catch (error) {
    log('WARNING', 'an attachment that no run names could not be deleted', { key, error });
  }
}
