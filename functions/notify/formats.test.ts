import { describe, expect, it } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { endedRun, FAILURE } from '../../test/support/endedRun.js';
import { webhookBodySchema } from './anyMessage.js';
import { channelSchema, type RunOutcome } from './channels.js';
import { requestFor, slackBody, teamsBody } from './formats.js';
import { messageOf, type RunMessage } from './message.js';

const RUN_URL = 'https://trainyard.example/runs/{runId}?a=1&b=<|>';
const GATES = [{ metric: 'test_recall_at_5', atLeast: 0.5 }];

const completed = () => messageOf(endedRun('completed', {}, GATES), 'gateFailed', RUN_URL);
const failed = (parts: Partial<typeof FAILURE> = {}) =>
  messageOf(endedRun('failed', { error: { ...FAILURE, ...parts } }), 'failed', RUN_URL);

/** Every text of a body, wherever it stands. */
function strings(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(strings) : [];
}

/** A message that is as long as anything can be, and longer when it is escaped. */
function longest(character: string): RunMessage {
  const error = { ...FAILURE, message: character.repeat(4_000), remedy: character.repeat(2_000) };
  const gates = Array.from({ length: 20 }, (_, i) => ({
    metric: `test_${'x'.repeat(56)}_${String(i).padStart(2, '0')}`,
    atLeast: 0.123456789,
    atMost: 0.9,
    aboveBaseline: 'history' as const,
  }));
  const message = messageOf(endedRun('completed', { error }, gates), 'gateFailed', RUN_URL);
  const metrics = gates.map(({ metric }) => ({
    name: metric,
    value: 1e15,
    baselines: { history: 1e15, popularity: 1e15 },
  }));
  return { ...message, metrics };
}

describe('the message to a program', () => {
  const now = new Date();
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const channel = channelSchema.parse({
    type: 'webhook',
    name: 'ci',
    url: 'https://ci.example/hook',
    secret,
  });

  it('is signed as Standard Webhooks says', () => {
    const { url, headers, body } = requestFor(channel, completed(), 'msg_1', now);
    expect(url).toBe('https://ci.example/hook');
    expect(new Webhook(secret).verify(body, { ...headers })).toEqual(JSON.parse(body));
    expect(() => new Webhook(secret).verify(`${body} `, { ...headers })).toThrow(/signature/i);
    expect(headers).toMatchObject({ 'webhook-id': 'msg_1', 'content-type': 'application/json' });
  });

  it.each<[outcome: RunOutcome, type: string]>([
    ['completed', 'run.completed'],
    ['failed', 'run.failed'],
    ['gateFailed', 'run.gateFailed'],
    ['cancelled', 'run.cancelled'],
  ])('about a run that %s has the type %s', (outcome, type) => {
    const message = messageOf(endedRun('completed'), outcome, undefined);
    const body: unknown = JSON.parse(requestFor(channel, message, 'msg_1', now).body);
    expect(webhookBodySchema.parse(body)).toEqual({ type, timestamp: message.endedAt, data: message });
  });
});

describe('the message to Slack', () => {
  it('shows facts, failed gates, metrics and the way to the run', () => {
    expect(slackBody(completed())).toEqual({
      text: '[demo] Run demo#7 completed, a gate failed',
      unfurl_links: false,
      blocks: [
        {
          type: 'header',
          text: { type: 'plain_text', text: '[demo] Run demo#7 completed, a gate failed', emoji: false },
        },
        ...[
          '*Run* demo#7 (abcdefghijklmnopqrst)\n*Ended* 2026-01-01 01:02:03 UTC\n*Duration* 1 h 2 min\n*Cost* $1.23',
          ':warning: test_recall_at_5 is 0.34321, must be at least 0.5',
          [
            '```',
            'metric              this model  popularity  history',
            'test_loss               5.2500           –        –',
            'test_recall_at_5        0.3432      0.0322   0.3414',
            'test_recall_at_100      0.3500           –   0.2811',
            '```',
          ].join('\n'),
          '<https://trainyard.example/runs/abcdefghijklmnopqrst?a=1&amp;b=%3C%7C%3E|Open the run>',
        ].map((text) => ({ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } })),
      ],
    });
  });

  it('escapes what comes from elsewhere, so that it mentions nobody and links nowhere', () => {
    const message = failed({ message: 'see <!channel> & <https://evil.example|here>', remedy: '<@U1>' });
    const texts = strings(slackBody(message)).join('\n');
    expect(texts).toContain(
      '*Error* `data-missing` see &lt;!channel&gt; &amp; &lt;https://evil.example|here&gt;',
    );
    expect(texts).toContain('*Remedy* &lt;@U1&gt;');
  });

  it('stays within the limits of Slack, without half an entity', () => {
    const { blocks } = slackBody(longest('<')) as { blocks: { text: { text: string } }[] };
    for (const { text } of blocks) {
      expect(text.text.length).toBeLessThan(3_000);
      expect(text.text).not.toMatch(/&(?!amp;|lt;|gt;)/);
    }
    expect(strings(blocks).some((text) => text.endsWith('…'))).toBe(true);
  });
});

describe('the message to Teams', () => {
  it('is an Adaptive Card with facts, gates, metrics and the way to the run', () => {
    const { type, attachments } = teamsBody(completed()) as {
      type: string;
      attachments: { content: unknown }[];
    };
    expect(type).toBe('message');
    expect(attachments).toMatchObject([
      { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null },
    ]);
    expect(attachments[0]!.content).toMatchObject({
      type: 'AdaptiveCard',
      version: '1.4',
      body: [
        { type: 'TextBlock', text: '[demo] Run demo#7 completed, a gate failed', color: 'Warning' },
        {
          type: 'FactSet',
          facts: [
            { title: 'Run', value: 'demo#7 (abcdefghijklmnopqrst)' },
            { title: 'Ended', value: '2026-01-01 01:02:03 UTC' },
            { title: 'Duration', value: '1 h 2 min' },
            { title: 'Cost', value: '$1.23' },
          ],
        },
        {
          type: 'RichTextBlock',
          inlines: [
            { type: 'TextRun', text: 'Gate failed: test_recall_at_5 is 0.34321, must be at least 0.5' },
          ],
        },
        {
          type: 'FactSet',
          facts: [
            { title: 'test_loss', value: '5.2500 (popularity –, history –)' },
            { title: 'test_recall_at_5', value: '0.3432 (popularity 0.0322, history 0.3414)' },
            { title: 'test_recall_at_100', value: '0.3500 (popularity –, history 0.2811)' },
          ],
        },
      ],
      actions: [{ type: 'Action.OpenUrl', url: completed().runUrl }],
    });
  });

  it('shows text from elsewhere as plain text only', () => {
    const body = JSON.stringify(teamsBody(failed({ message: '[here](https://evil.example)', remedy: null })));
    expect(body).toContain(
      '{"type":"RichTextBlock","inlines":[{"type":"TextRun","text":"Error data-missing: [here](https://evil.example)"}]}',
    );
    expect(body.match(/evil/g)).toHaveLength(1);
  });

  it('stays below 28 KB', () => {
    expect(Buffer.byteLength(JSON.stringify(teamsBody(longest('\u0001'))))).toBeLessThan(28_000);
  });
});
