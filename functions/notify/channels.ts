/** The channels through which people and programs hear how runs and sweeps end: this part of the configuration. */
import {
  blockingGates,
  modelIdSchema,
  type BudgetReached,
  type EventType,
  type Run,
  type Sweep,
  type SweepEndReason,
} from '@trainyard/shared';
import { z } from 'zod';
import { pageSchemas, pageVariables, type PageUrls } from './pages.js';
import { urlProblem } from './publicAddress.js';

/**
 * How a run ended. `gateFailed`: it completed, and its result did not pass a critical gate. `budget`: no end, but a share of a month's budget
 * that is spent.
 */
export const runOutcomeSchema = z.enum(['completed', 'failed', 'gateFailed', 'cancelled', 'budget']);
/** How a sweep ended. `sweep`: for any reason but that somebody cancelled it. */
export const sweepOutcomeSchema = z.enum(['sweep', 'cancelled']);
export type RunOutcome = z.infer<typeof runOutcomeSchema>;
export type SweepOutcome = z.infer<typeof sweepOutcomeSchema>;

/** Messages say what is wrong and never quote the URL: those of Slack and Teams are secrets. */
const channelUrl = z
  .string()
  .max(2048)
  .check(({ value, issues }) => {
    const problem = urlProblem(value);
    if (problem) issues.push({ code: 'custom', message: problem, input: undefined });
  });

const common = {
  /** Stands in logs and in the records of deliveries. A channel that is renamed is another one. */
  name: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9-]{0,62}$/,
      'must be 1 to 63 of a-z, 0-9 and "-", starting with a letter or digit',
    ),
  enabled: z.boolean().default(true),
  on: z
    .array(z.enum([...runOutcomeSchema.options, ...sweepOutcomeSchema.exclude(['cancelled']).options]))
    .min(1)
    .default(['completed', 'failed', 'gateFailed', 'budget', 'sweep']),
  /** Only the runs and sweeps of these; of all models unless given. */
  models: z.array(modelIdSchema).min(1).optional(),
};

/** `whsec_` and 24 to 64 bytes in base64, as Standard Webhooks says. */
const webhookSecret = z
  .string()
  .regex(
    /^whsec_(?=[A-Za-z0-9+/]{32,86}={0,2}$)([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
    'must be whsec_ and 24 to 64 random bytes in base64: "whsec_$(openssl rand -base64 32)"',
  );

const webhookChannelSchema = z.strictObject({
  type: z.literal('webhook'),
  ...common,
  url: channelUrl,
  secret: webhookSecret,
});
export type WebhookChannel = z.infer<typeof webhookChannelSchema>;

const emailChannelSchema = z.strictObject({
  type: z.literal('email'),
  ...common,
  provider: z.enum(['sendgrid', 'postmark', 'resend']),
  apiKey: z.string().regex(/^[\x21-\x7e]{1,500}$/, 'must be one word, as the provider gave it'),
  from: z.email(),
  /** They all stand in one mail and see one another. */
  to: z.array(z.email()).min(1).max(50),
});
export type EmailChannel = z.infer<typeof emailChannelSchema>;

export const channelSchema = z.discriminatedUnion(
  'type',
  [
    webhookChannelSchema,
    z.strictObject({ type: z.literal('slack'), ...common, url: channelUrl }),
    z.strictObject({ type: z.literal('teams'), ...common, url: channelUrl }),
    emailChannelSchema,
  ],
  'must be webhook, slack, teams or email',
);
export type Channel = z.infer<typeof channelSchema>;

export const notificationsSchema = z.strictObject({
  channels: z
    .array(channelSchema)
    .max(20)
    .refine(
      (channels) => new Set(channels.map(({ name }) => name)).size === channels.length,
      'two channels have the same name: their deliveries could not be told apart',
    )
    .default([]),
  /** Where people look at what messages are about. */
  ...pageSchemas,
});
export type Notifications = z.infer<typeof notificationsSchema>;

/**
 * What TRAINYARD_NOTIFICATIONS and the variables of pages say. Fails with the place of each mistake, never with the text that stands
 * there: it may be a secret.
 */
export function readNotifications(channels: string | undefined, pages: PageUrls = {}): Notifications {
  const parsed = notificationsSchema.safeParse({ channels: parseList(channels ?? '[]'), ...pages });
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map(({ path: [part, ...rest], message }) => {
    const page = pageVariables.find(({ name }) => name === part);
    return `${page?.variable ?? 'TRAINYARD_NOTIFICATIONS'}${z.core.toDotPath(rest)}: ${message}`;
  });
  throw new Error(mistakes.join('; '));
}

function parseList(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own error quotes the text.
    throw new Error(
      'TRAINYARD_NOTIFICATIONS is not JSON: give a list such as [{"type":"slack","name":"ops","url":"https://…"}]',
    );
  }
}

/** What a run does at its end, as events tell it. */
export type End = Exclude<RunOutcome, 'gateFailed' | 'budget'>;

/** How the run of an event ended; undefined for events of runs that go on. */
export function endOf(type: EventType): End | undefined {
  switch (type) {
    case 'run.completed':
      return 'completed';
    case 'run.failed':
      return 'failed';
    case 'run.cancelled':
      return 'cancelled';
    default:
      return undefined;
  }
}

/** What a channel is to tell of a run that ended; undefined for nothing. `gateFailed` takes the place of `completed`. */
export function outcomeFor(
  { enabled, on, models }: Channel,
  end: End,
  { modelId, gates }: Pick<Run, 'modelId' | 'gates'>,
): RunOutcome | undefined {
  if (!enabled || (models && !models.includes(modelId))) return undefined;
  const isGateFailed = end === 'completed' && blockingGates(gates).length > 0;
  if (isGateFailed && on.includes('gateFailed')) return 'gateFailed';
  return on.includes(end) ? end : undefined;
}

/** What a channel is to tell of a sweep that ended; undefined for nothing. One that was cancelled goes with the runs that were. */
export function sweepOutcomeFor(
  { enabled, on, models }: Channel,
  reason: SweepEndReason,
  { modelId }: Pick<Sweep, 'modelId'>,
): SweepOutcome | undefined {
  const outcome = reason === 'cancelled' ? 'cancelled' : 'sweep';
  return enabled && (!models || models.includes(modelId)) && on.includes(outcome) ? outcome : undefined;
}

/** Whether a channel is to tell of a budget: that of the deployment is everybody's, that of a model goes with its runs. */
export function wantsBudget(
  { enabled, on, models }: Channel,
  { scope }: BudgetReached,
  modelId: string,
): boolean {
  return enabled && on.includes('budget') && (scope === 'deployment' || !models || models.includes(modelId));
}
