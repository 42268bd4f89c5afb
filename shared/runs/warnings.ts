/** What did not stop a run, and somebody should know before they trust what it has reached. */
import { cutText } from '../cutText.js';
import { z } from 'zod';
import { described } from '../described.js';
import type { RunWarningCode } from '../errors/runWarnings.js';
import { STAGES, type StageName } from './status.js';
import { stageNameSchema } from './statusSchemas.js';

/** Never holds a secret or a row of data. */
export const runWarningSchema = described(
  z.strictObject({
    code: described(
      z.string().regex(/^[a-z][a-z0-9-]{0,62}$/),
      'The code of the warning. What each code means is in the reference of errors.',
      'unmatched-rows',
    ),
    message: described(
      z.string().min(1).max(1000),
      'What was found, in a sentence.',
      '120 of 10000 rows have no match in table "items"',
    ),
    remedy: described(
      z.string().max(500).nullable().default(null),
      'What to change, in a sentence; null where there is nothing to do.',
      'compare the keys on both sides: their types, letter case and blanks',
    ),
    counts: described(
      z.record(z.string().max(63), z.number()).default({}),
      'The numbers of the message by name, for programs.',
      { rows: 10_000, unmatched: 120 },
    ),
  }),
  'What a stage found that does not stop the run and that somebody should know.',
);
export type RunWarning = z.infer<typeof runWarningSchema>;

/** A stage that has more to say keeps the rest for the log: the document of a run stays small. */
export const MAX_STAGE_WARNINGS = 20;
const MAX_RUN_WARNINGS = 40;

/** In callbacks and rows of stages. */
export const stageWarningsSchema = described(
  z.array(runWarningSchema).max(MAX_STAGE_WARNINGS).default([]),
  'What the stage warns of; empty where all is well.',
);

/** In the document of a run: of all its stages. */
export const runWarningsSchema = described(
  z
    .array(
      z.strictObject({
        ...runWarningSchema.shape,
        stage: described(stageNameSchema.clone(), 'The stage that warns.'),
      }),
    )
    .default([]),
  `What the stages warn of, in their order, the first ${MAX_RUN_WARNINGS}; empty where all is well.`,
);
type RunWarnings = z.infer<typeof runWarningsSchema>;

/** The warnings of a run after a stage has said its own, which replace what an earlier attempt said of that stage. */
export function warningsAfter(
  before: RunWarnings,
  stage: StageName,
  warnings: readonly RunWarning[],
): RunWarnings {
  const order = (one: { stage: StageName }) => STAGES.indexOf(one.stage);
  return [...before.filter((one) => one.stage !== stage), ...warnings.map((one) => ({ ...one, stage }))]
    .toSorted((a, b) => order(a) - order(b))
    .slice(0, MAX_RUN_WARNINGS);
}

/** A warning of our own trainer; texts that are too long are cut. */
export function runWarning(
  code: RunWarningCode,
  message: string,
  remedy: string | null = null,
  counts: Record<string, number> = {},
): RunWarning {
  return {
    code,
    message: cutText(message, 1000),
    remedy: remedy === null ? null : cutText(remedy, 500),
    counts,
  };
}
