/** Which runs are compared, as a query asks for it. */
import { z } from 'zod';
import { metricNameSchema, modelIdSchema, runIdSchema } from '../common.js';
import { described } from '../described.js';
import { MOST_COMPARED } from '../comparison/runComparison.js';

/** What names a run: an id, or a model and a number. */
export type RunReference = { runId: string } | { modelId: string; runNumber: number };

/** Undefined for what names none. */
export function runReferenceOf(text: string): RunReference | undefined {
  const [, modelId = '', number = ''] = /^([^#]+)#([1-9]\d{0,8})$/.exec(text) ?? [];
  if (number !== '')
    return modelIdSchema.safeParse(modelId).success ? { modelId, runNumber: Number(number) } : undefined;
  return runIdSchema.safeParse(text).success ? { runId: text } : undefined;
}

const isReference = (text: string) => runReferenceOf(text) !== undefined;

/** Parts of a list that commas separate; blanks around them, and parts of nothing, say nothing. */
const listIn = (text: string) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** As a baseline: the quick test that the first of the runs came from. No run is called so. */
export const QUICK_TEST = 'quickTest';

const INCLUDED = ['intervals', 'curves', 'splits'] as const;

export const compareQuerySchema = z.strictObject({
  runs: described(
    z
      .string()
      .max(10_000)
      .superRefine((text, context) => {
        const runs = listIn(text);
        const wrong = runs.find((run) => !isReference(run));
        const twice = runs.find((run, i) => runs.indexOf(run) !== i);
        const tell = (message: string) => context.addIssue({ code: 'custom', message });
        if (runs.length === 0) tell(`names no run: give ids or names such as shop#12, separated by commas`);
        else if (wrong !== undefined)
          tell(
            `has ${JSON.stringify(wrong.slice(0, 80))}, which names no run: give ids of 20 characters or names such as shop#12, whose # is written %23 in a URL`,
          );
        else if (twice !== undefined) tell(`names ${twice} twice: give each run once`);
        else if (runs.length > MOST_COMPARED)
          tell(`names ${runs.length} runs: at most ${MOST_COMPARED} are compared at once`);
      })
      .transform(listIn),
    `The runs, 2 to ${MOST_COMPARED} with the baseline, by their ids or names, separated by commas; \`#\` of a name is written \`%23\` in a URL.`,
    'shop#46,shop#47',
  ),
  baseline: described(
    z
      .string()
      .refine((text) => text === QUICK_TEST || isReference(text), {
        error: `must be the id of a run, ${QUICK_TEST}, or a name such as shop#12, whose # is written %23 in a URL`,
      })
      .optional(),
    `The run that deltas are to: one of \`runs\`, else it comes before them. \`${QUICK_TEST}\` is the quick test that the first of the runs came from. The first of the runs unless given.`,
    'shop#46',
  ),
  metrics: described(
    z
      .string()
      .max(10_000)
      .transform(listIn)
      .pipe(z.array(metricNameSchema.clone()).min(1).max(200))
      .optional(),
    'The metrics that are told of, separated by commas, in this order; all that any run has unless given.',
    'test_recall_at_10,test_recall_at_100',
  ),
  include: described(
    z
      .string()
      .transform(listIn)
      .pipe(z.array(z.enum(INCLUDED)))
      .optional(),
    'What is told besides, separated by commas; each takes more reads. `intervals`: how sure each value is, by the evaluations. `curves`: metrics by epochs. ' +
      '`splits`: the rows of each split, among what differs between the data.',
    'curves,intervals',
  ),
});
export type CompareQuery = z.infer<typeof compareQuerySchema>;
