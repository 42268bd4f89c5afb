import { describe, expect, it } from 'vitest';
import { endedRun } from '../../test/support/endedRun.js';
import { channelSchema } from './channels.js';
import { mailOf } from './email.js';
import { requestFor } from './formats.js';
import { messageOf } from './message.js';

const RUN_URL = 'https://trainyard.example/runs/{runId}?a="&b=\'';

describe('a mail', () => {
  it('says everything in text', () => {
    const gates = [{ metric: 'test_recall_at_5', atLeast: 0.5 }];
    const { subject, text } = mailOf(messageOf(endedRun('completed', {}, gates), 'gateFailed', RUN_URL));
    expect(subject).toBe('[demo] Run demo#7 completed, a gate failed');
    expect(text).toBe(
      [
        '[demo] Run demo#7 completed, a gate failed',
        '',
        'Run: demo#7 (abcdefghijklmnopqrst)',
        'Ended: 2026-01-01 01:02:03 UTC',
        'Duration: 1 h 2 min',
        'Cost: $1.23',
        '',
        'Gate failed: test_recall_at_5 is 0.34321, must be at least 0.5',
        '',
        'metric              this model  popularity  history',
        'test_loss               5.2500           –        –',
        'test_recall_at_5        0.3432      0.0322   0.3414',
        'test_recall_at_100      0.3500           –   0.2811',
        '',
        'https://trainyard.example/runs/abcdefghijklmnopqrst?a="&b=\'',
      ].join('\n'),
    );
  });

  it('escapes what comes from elsewhere in HTML', () => {
    const { html, text } = mailOf(messageOf(endedRun('failed'), 'failed', RUN_URL));
    expect(html).toContain(
      '<td align="left">the column &quot;buyer&quot; &amp; &lt;others&gt; are not in the file</td>',
    );
    expect(html).toContain(
      '<a href="https://trainyard.example/runs/abcdefghijklmnopqrst?a=&quot;&amp;b=&#39;">',
    );
    expect(html).not.toContain('<others>');
    expect(text).toContain('Error data-missing: the column "buyer" & <others> are not in the file');
    expect(text).toContain('Remedy: correct features.query[0].column');
  });

  it('has the metrics as a table of HTML', () => {
    const { html } = mailOf(messageOf(endedRun('completed'), 'completed', undefined));
    expect(html).toContain('<th align="left">this model</th><th align="left">popularity</th>');
    expect(html).toContain('<td align="left">test_recall_at_5</td><td align="left">0.3432</td>');
    expect(html).not.toContain('href');
  });
});

describe('the request to the provider', () => {
  const request = (provider: string) => {
    const channel = channelSchema.parse({
      type: 'email',
      name: 'team',
      provider,
      apiKey: 'the-key',
      from: 'trainyard@shop.example',
      to: ['ana@shop.example', 'bo@shop.example'],
    });
    const message = messageOf(endedRun('completed'), 'completed', undefined);
    const { url, headers, body } = requestFor(channel, message, 'msg_1', new Date());
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'trainyard' });
    return { url, headers, body: JSON.parse(body) as unknown };
  };
  const SUBJECT = '[demo] Run demo#7 completed';

  it('is what SendGrid takes', () => {
    expect(request('sendgrid')).toMatchObject({
      url: 'https://api.sendgrid.com/v3/mail/send',
      headers: { authorization: 'Bearer the-key' },
      body: {
        personalizations: [{ to: [{ email: 'ana@shop.example' }, { email: 'bo@shop.example' }] }],
        from: { email: 'trainyard@shop.example' },
        subject: SUBJECT,
        content: [{ type: 'text/plain' }, { type: 'text/html' }],
      },
    });
  });

  it('is what Postmark takes', () => {
    expect(request('postmark')).toMatchObject({
      url: 'https://api.postmarkapp.com/email',
      headers: { 'x-postmark-server-token': 'the-key' },
      body: {
        From: 'trainyard@shop.example',
        To: 'ana@shop.example,bo@shop.example',
        Subject: SUBJECT,
        HtmlBody: expect.stringContaining('<table'),
        TextBody: expect.stringContaining(SUBJECT),
      },
    });
  });

  it('is what Resend takes, with a key that keeps a repeated mail from being sent twice', () => {
    expect(request('resend')).toMatchObject({
      url: 'https://api.resend.com/emails',
      headers: { authorization: 'Bearer the-key', 'idempotency-key': 'msg_1' },
      body: {
        from: 'trainyard@shop.example',
        to: ['ana@shop.example', 'bo@shop.example'],
        subject: SUBJECT,
        html: expect.stringContaining('<table'),
        text: expect.stringContaining(SUBJECT),
      },
    });
  });
});
