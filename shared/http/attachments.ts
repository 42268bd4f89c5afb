/** Files that people attach to a run. */
import { z } from 'zod';
import { described } from '../described.js';
import { MAX_ATTACHMENTS } from '../runs/identity.js';

/** Cloud Run takes requests of at most 32 MiB (https://cloud.google.com/run/quotas, read 2026-11). */
export const MAX_ATTACHMENT_BYTES = 25 * 1024 * 1024;

/** No name that leads elsewhere, that a file system of our days refuses, or that a terminal would obey. */
function isSafeSegment(segment: string): boolean {
  return /^[^\\/:*?"<>|\p{C}]+$/u.test(segment) && !/^[. ]|[. ]$/.test(segment);
}

export const attachmentPathSchema = described(
  z
    .string()
    .min(1)
    .max(512)
    .refine((path) => path.split('/').every(isSafeSegment), {
      error:
        'must be a path such as plots/loss.png: names with "/" between them, of which none begins or ends with a dot or a blank, or has one of \\ : * ? " < > |',
    }),
  'The path that the file has among the attachments of the run; its slashes may stand as they are.',
  'plots/loss.png',
);

export const attachQuerySchema = z.strictObject({
  replace: described(
    z
      .enum(['true', 'false'])
      .transform((text) => text === 'true')
      .optional(),
    'Whether a file of other content that has this path gives way; it stays unless given.',
    'true',
  ),
});

/** For people. */
export const ATTACHMENT_LIMITS = `at most ${MAX_ATTACHMENTS} files of ${MAX_ATTACHMENT_BYTES / 2 ** 20} MiB each`;
