/** A sweep and its trials as the API shows them. */
import { z } from 'zod';
import { instantSchema, runIdSchema } from '../common.js';
import { described } from '../described.js';
import { bestTrialSchema, sweepEndReasonSchema, sweepSchema, trialCountsSchema } from './sweep.js';
import { parametersSchema, trialSchema } from './trial.js';

export const sweepStatusSchema = described(
  z.enum(['running', 'paused', 'cancelling', 'completed', 'cancelled']),
  'Where the sweep is. `running`: trials are started. `paused`: none is, until it is resumed. `cancelling`: its trials are being cancelled. ' +
    '`completed`: it has ended, as `endReason` says, and can be extended. `cancelled`: it has ended since somebody asked for it.',
);
export type SweepStatus = z.infer<typeof sweepStatusSchema>;

export const finalRunSchema = z.strictObject({
  runId: described(runIdSchema.clone(), 'The run.', 'k3v7q2mzx5ahc4tnwy6d'),
  trial: described(z.int().min(1), 'The trial whose parameters it has.', 17),
  overrides: parametersSchema,
  at: described(instantSchema.clone(), 'When it was asked for.', '2026-11-20T19:18:25.000Z'),
  baselineRunId: described(
    runIdSchema.nullable().default(null),
    'The run of the specification that the sweep began with, trained with the same overrides; null where none was asked for.',
    'p5dvn4wyt6abk3x7q2mz',
  ),
});
export type FinalRun = z.infer<typeof finalRunSchema>;

export const sweepViewSchema = sweepSchema.omit({ schemaVersion: true, round: true }).extend({
  status: sweepStatusSchema,
  endReason: described(sweepEndReasonSchema.nullable(), 'Why it has ended; null while it has not.'),
  endedAt: described(
    instantSchema.nullable(),
    'When it ended; null while it has not.',
    '2026-11-20T20:18:25.000Z',
  ),
  trials: trialCountsSchema,
  best: bestTrialSchema.nullable(),
  costUsd: described(z.number().min(0), 'What the trials that have ended cost, in US dollars.', 4.2),
  finals: described(z.array(finalRunSchema), 'The runs that retrained the best trial, the newest last.'),
  waiting: described(
    z.array(z.int().min(1)).default([]),
    'The numbers of the trials that somebody has added and that are not started yet. Of a sweep that has ended: it ended before their turn, and begins with them once it is extended.',
    [18],
  ),
});
export type SweepView = z.infer<typeof sweepViewSchema>;

export const trialViewSchema = trialSchema.omit({ schemaVersion: true });
export type TrialView = z.infer<typeof trialViewSchema>;

const nextCursor = described(
  z.string().nullable(),
  'What to give as `cursor` for the next page; null after the last.',
  'eyJudW1iZXIiOjUwfQ',
);
export const sweepPageSchema = z.strictObject({
  sweeps: described(z.array(sweepViewSchema), 'The sweeps of the page, the newest first.'),
  nextCursor,
});
export const trialPageSchema = z.strictObject({
  trials: described(z.array(trialViewSchema), 'The trials of the page, by their numbers.'),
  nextCursor,
});
export type SweepPage = z.infer<typeof sweepPageSchema>;
export type TrialPage = z.infer<typeof trialPageSchema>;
export const queuedTrialViewSchema = z.strictObject({
  id: described(z.string(), 'The id of the request.', 'k3v7q2mzx5ahc4tnwy6d'),
  number: described(z.int().min(1), 'The number that the trial will have.', 18),
  parameters: parametersSchema,
});
export type QueuedTrialView = z.infer<typeof queuedTrialViewSchema>;
