/** The reference of events, as their schemas have it. */
import {
  budgetReachedSchema,
  EVENTS_TOPIC,
  MAX_DELIVERIES,
  modelEventDataSchema,
  releaseEventDataSchema,
  runEventDataSchema,
  runEventSchema,
  sweepEventDataSchema,
  type ModelEventType,
  type RunEventType,
  type SweepEventType,
} from '@trainyard/shared';
import type { z } from 'zod';
import { fieldsOf } from './fields.js';
import { code, page } from './markdown.js';

/** When an event is published, and the keys of its detail. */
interface Meaning {
  when: string;
  detail: readonly string[];
}

const RUN_EVENTS: Record<RunEventType, Meaning> = {
  'run.requested': {
    when: 'The run wants a machine: it is new, or goes on with another attempt.',
    detail: [],
  },
  'run.launched': {
    when: 'A job was started for the attempt.',
    detail: ['`tier`: the compute tier.', '`job`: the name of the job.'],
  },
  'run.started': { when: 'The first callback of the attempt came.', detail: [] },
  'run.stage.completed': {
    when: 'A stage of the pipeline is done.',
    detail: [
      '`stage`: its name.',
      '`seconds`: how long it took.',
      '`cacheHit`: whether its output was there before.',
    ],
  },
  'run.epoch.completed': {
    when: 'An epoch is trained.',
    detail: ['`epoch`: its number, from 1.', '`metrics`: its metrics by name.'],
  },
  'run.checkpointed': {
    when: 'A checkpoint is durable.',
    detail: ['`epoch`: the number of the epoch that it is of.', '`uri`: where it is.'],
  },
  'run.cancel.requested': { when: 'Somebody asked to cancel the run, or its budget is spent.', detail: [] },
  'run.completed': {
    when: 'The run ended with a model.',
    detail: [
      '`metrics`: the metrics of the result.',
      '`gates`: each quality gate, whether it passed, and why not.',
    ],
  },
  'run.failed': {
    when: 'The run ended without a model.',
    detail: ['`error`: the code, the message, the stage and the remedy.'],
  },
  'run.cancelled': { when: 'The run ended because it was cancelled.', detail: [] },
  'run.tracking.due': {
    when: 'An MLflow server did not take the run, and it is time to tell it again. Only the function `mlflow` listens.',
    detail: [],
  },
};

const MODEL_EVENTS: Record<ModelEventType, Meaning> = {
  'model.version.registered': {
    when: 'The result of a completed run is a version of its model.',
    detail: [
      '`version`: its number, from 1.',
      '`gatesPassed`: whether it passed every critical quality gate.',
    ],
  },
  'budget.reached': {
    when: 'Half of the budget of a month is spent, 80 % of it, or all. It is published at most once for each share of a limit.',
    detail: items(budgetReachedSchema.shape),
  },
};

const BY = '`by`: who asked for it.';
const SWEEP_EVENTS: Record<SweepEventType, Meaning> = {
  'sweep.created': { when: 'A sweep was requested.', detail: [] },
  'sweep.paused': { when: 'Somebody paused the sweep: no trial is started.', detail: [BY] },
  'sweep.resumed': { when: 'Somebody resumed the sweep.', detail: [BY] },
  'sweep.extended': { when: 'Somebody gave the sweep more trials, time or budget.', detail: [BY] },
  'sweep.trial.added': {
    when: 'Somebody asked for a trial of his own.',
    detail: [BY, '`number`: the number that it will have.', '`parameters`: those of the trial.'],
  },
  'sweep.cancel.requested': { when: 'Somebody asked to cancel the sweep.', detail: [BY] },
  'sweep.completed': {
    when: 'The sweep has ended, and can be extended.',
    detail: [
      '`reason`: why it has ended.',
      '`trials`: how many there were.',
      '`best`: the best trial with its value and parameters, or null.',
      '`costUsd`: what they cost.',
    ],
  },
  'sweep.cancelled': {
    when: 'The sweep has ended since somebody cancelled it.',
    detail: ['The same as of `sweep.completed`.'],
  },
  'sweep.tracking.due': {
    when: 'An MLflow server did not take how the sweep ended, and it is time to tell it again. Only the function `mlflow` listens.',
    detail: [],
  },
};

const { type: _type, data: _data, ...envelope } = runEventSchema.shape;

export function eventsPage(): string {
  return page(
    'Events',
    `What happens is published to the Pub/Sub topic \`${EVENTS_TOPIC}\`, as CloudEvents 1.0 in structured JSON. An event is about a subject: ` +
      'a run, a model or a sweep today, a release once there are any. Events of one subject have its id as their ordering key.',
    'Delivery is at least once and, for who has no ordered subscription, in any order: keep what was done by the `id` of the event. An event on which a subscriber ' +
      `fails ${MAX_DELIVERIES} times goes to \`${EVENTS_TOPIC}-dead-letters\`.`,
    'Attributes of the message, for filters of subscriptions: `type`, `kind`, `modelId`, and those of `runId`, `releaseId` and `sweepId` that are in `data`.',
    '```json\n' + JSON.stringify(runEventSchema.parse(EXAMPLE), null, 2) + '\n```',
    '## The envelope',
    list([
      '`type`: what happened, one of those below.',
      '`data`: of whom, by its `kind`.',
      ...items(envelope),
    ]),
    ...kindSection('Runs', runEventDataSchema.shape, RUN_EVENTS),
    ...kindSection('Models', modelEventDataSchema.shape, MODEL_EVENTS),
    ...kindSection('Releases', releaseEventDataSchema.shape, {}),
    ...kindSection('Sweeps', sweepEventDataSchema.shape, SWEEP_EVENTS),
    '## Version 0.1',
    'Events of version 0.1 had no `kind`, and the fields of a run whatever they were about. Functions of today read them.',
  );
}

function kindSection(
  title: string,
  shape: Readonly<Record<string, z.ZodType>>,
  types: Readonly<Record<string, Meaning>>,
): string[] {
  const sections = Object.entries(types).flatMap(([type, { when, detail }]) => [
    `### ${code(type)}`,
    when,
    ...(detail.length > 0 ? ['`detail`:', list(detail)] : []),
  ]);
  return [
    `## ${title}`,
    list(items(shape)),
    ...(sections.length > 0 ? sections : ['None of these is published yet.']),
  ];
}

function items(shape: Readonly<Record<string, z.ZodType>>): string[] {
  return fieldsOf(shape).map(({ name, description, examples }) => {
    const [example] = examples;
    return `${code(name)}: ${lowerFirst(description)}${example === undefined ? '' : ` Example: ${code(example)}.`}`;
  });
}

/** The colon before it goes on with the sentence. */
function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function list(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join('\n');
}

const EXAMPLE: z.input<typeof runEventSchema> = {
  specversion: '1.0',
  id: 'uyzubmg7ly23yeki446a.callback-1-8.run.epoch.completed',
  source: '//trainyard',
  subject: 'runs/uyzubmg7ly23yeki446a',
  time: '2026-11-20T19:18:25.000Z',
  datacontenttype: 'application/json',
  type: 'run.epoch.completed',
  data: {
    kind: 'run',
    runId: 'uyzubmg7ly23yeki446a',
    modelId: 'demo',
    runNumber: 7,
    attempt: 1,
    status: 'running',
    detail: { epoch: 3, metrics: { loss: 6.52, val_loss: 6.48 } },
  },
};
