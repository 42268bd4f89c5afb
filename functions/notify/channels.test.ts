import { checkGates } from '@trainyard/shared';
import { describe, expect, it } from 'vitest';
import {
  channelSchema,
  endOf,
  notificationsSchema,
  outcomeFor,
  readNotifications,
  sweepOutcomeFor,
} from './channels.js';

const SLACK = { type: 'slack', name: 'ops', url: 'https://hooks.slack.com/services/T0/B0/very-secret' };
const WEBHOOK = {
  type: 'webhook',
  name: 'ci',
  url: 'https://ci.example/hook',
  secret: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
};
const EMAIL = {
  type: 'email',
  name: 'team',
  provider: 'resend',
  apiKey: 're_very-secret',
  from: 'trainyard@shop.example',
  to: ['ana@shop.example'],
};

const read = (channels: unknown, runUrl?: string) => readNotifications(JSON.stringify(channels), { runUrl });

describe('the configuration of notifications', () => {
  it('has no channels unless given', () => {
    expect(readNotifications(undefined)).toEqual({ channels: [] });
    expect(notificationsSchema.parse({})).toEqual({ channels: [] });
  });

  it('takes a channel of each type, on for what people act upon', () => {
    const { channels, runUrl } = read(
      [SLACK, { ...SLACK, type: 'teams', name: 'dev' }, WEBHOOK, EMAIL],
      'https://trainyard.example/runs/{runId}',
    );
    const defaults = { enabled: true, on: ['completed', 'failed', 'gateFailed', 'budget', 'sweep'] };
    expect(channels).toEqual([
      { ...SLACK, ...defaults },
      { ...SLACK, type: 'teams', name: 'dev', ...defaults },
      { ...WEBHOOK, ...defaults },
      { ...EMAIL, ...defaults },
    ]);
    expect(runUrl).toBe('https://trainyard.example/runs/{runId}');
  });

  it.each<[what: string, channels: unknown, says: RegExp]>([
    ['what is no list', {}, /TRAINYARD_NOTIFICATIONS: .*expected array/],
    [
      'a type that there is not',
      [{ ...SLACK, type: 'pager' }],
      /\[0\]\.type: must be webhook, slack, teams or email/,
    ],
    [
      'a URL without https',
      [{ ...SLACK, url: 'http://x.example/very-secret' }],
      /\[0\]\.url: must be an https URL/,
    ],
    [
      'a URL of this machine',
      [{ ...SLACK, url: 'https://localhost/very-secret' }],
      /\[0\]\.url: must have a public/,
    ],
    [
      'a private URL',
      [WEBHOOK, { ...SLACK, url: 'https://10.0.0.1/very-secret' }],
      /\[1\]\.url: must have a public/,
    ],
    [
      'a URL with a password',
      [{ ...SLACK, url: 'https://a:very-secret@x.example/' }],
      /\[0\]\.url: .*password/,
    ],
    ['a secret without its mark', [{ ...WEBHOOK, secret: 'very-secret' }], /\[0\]\.secret: must be whsec_/],
    [
      'a short secret',
      [{ ...WEBHOOK, secret: 'whsec_verysecret' }],
      /\[0\]\.secret: must be whsec_ and 24 to 64/,
    ],
    [
      'an API key of two lines',
      [{ ...EMAIL, apiKey: 'very-secret\r\nx: y' }],
      /\[0\]\.apiKey: must be one word/,
    ],
    [
      'an unknown provider',
      [{ ...EMAIL, provider: 'very-own' }],
      /\[0\]\.provider: .*"sendgrid"\|"postmark"\|"resend"/,
    ],
    ['an address that is none', [{ ...EMAIL, to: ['ana'] }], /\[0\]\.to\[0\]: .*email/],
    ['nobody to write to', [{ ...EMAIL, to: [] }], /\[0\]\.to: /],
    ['too many to write to', [{ ...EMAIL, to: Array(51).fill('a@x.example') }], /\[0\]\.to: /],
    ['an unknown key', [{ ...SLACK, channel: '#ops' }], /\[0\]: .*"channel"/],
    ['a name with a full stop', [{ ...SLACK, name: 'a.b' }], /\[0\]\.name: must be 1 to 63/],
    ['two channels of one name', [SLACK, { ...WEBHOOK, name: 'ops' }], /two channels have the same name/],
    ['an outcome that there is not', [{ ...SLACK, on: ['succeeded'] }], /\[0\]\.on\[0\]/],
  ])('refuses %s and says where, without what stands there', (_what, channels, says) => {
    expect(() => read(channels)).toThrow(says);
    expect(() => read(channels)).not.toThrow(/very-?secret/);
  });

  it.each([['trainyard'], ['ftp://x.example/{runId}'], ['https://x.example/runs']])(
    'refuses %s as the address of runs',
    (runUrl) => expect(() => read([], runUrl)).toThrow(/^TRAINYARD_RUN_URL: must/),
  );

  it('names the variable of the page that is wrong', () => {
    const page = 'https://x.example/{sweepId}';
    expect(() => readNotifications('[]', { runUrl: page })).toThrow(/^TRAINYARD_RUN_URL: must have \{runId}/);
    expect(() => readNotifications('[]', { sweepUrl: 'https://x.example' })).toThrow(
      /^TRAINYARD_SWEEP_URL: must have \{sweepId}/,
    );
    expect(() => readNotifications('[]', { experimentUrl: 'https://x.example/{modelId}' })).toThrow(
      /^TRAINYARD_EXPERIMENT_URL: must have \{experimentId}/,
    );
    expect(readNotifications('[]', { sweepUrl: page })).toEqual({ channels: [], sweepUrl: page });
  });

  it('that is not JSON is refused without being quoted', () => {
    const reading = () => readNotifications('https://hooks.slack.com/very-secret');
    expect(reading).toThrow(/^TRAINYARD_NOTIFICATIONS is not JSON: give a list/);
    expect(reading).not.toThrow(expect.objectContaining({ cause: expect.anything() }));
  });

  it.each([24, 32, 33, 34, 64])('takes a secret of %i bytes', (bytes) => {
    const secret = `whsec_${Buffer.alloc(bytes, 9).toString('base64')}`;
    expect(channelSchema.safeParse({ ...WEBHOOK, secret }).success).toBe(true);
  });

  it.each([23, 65])('takes no secret of %i bytes', (bytes) => {
    const secret = `whsec_${Buffer.alloc(bytes, 9).toString('base64')}`;
    expect(channelSchema.safeParse({ ...WEBHOOK, secret }).success).toBe(false);
  });
});

describe('what a channel tells of a sweep', () => {
  const channel = (parts: object) => channelSchema.parse({ ...SLACK, ...parts });
  const sweep = { modelId: 'shop' };

  it('is its end, unless somebody cancelled it or the channel says otherwise', () => {
    expect(sweepOutcomeFor(channel({}), 'maxTrials', sweep)).toBe('sweep');
    expect(sweepOutcomeFor(channel({}), 'failures', sweep)).toBe('sweep');
    expect(sweepOutcomeFor(channel({}), 'cancelled', sweep)).toBeUndefined();
    expect(sweepOutcomeFor(channel({ on: ['cancelled'] }), 'cancelled', sweep)).toBe('cancelled');
    expect(sweepOutcomeFor(channel({ on: ['completed'] }), 'maxTrials', sweep)).toBeUndefined();
    expect(sweepOutcomeFor(channel({ models: ['other'] }), 'maxTrials', sweep)).toBeUndefined();
    expect(sweepOutcomeFor(channel({ enabled: false }), 'maxTrials', sweep)).toBeUndefined();
  });
});

describe('what a channel tells of a run', () => {
  const result = {
    metrics: { test_loss: 1 },
    baselines: {},
    artifacts: {},
    epochsTrained: 1,
    bestEpoch: 1,
    earlyStoppedAtEpoch: null,
    backend: 'cpu' as const,
    examplesPerSecond: 1,
  };
  const passed = { modelId: 'shop', gates: checkGates([{ metric: 'test_loss', atMost: 2 }], result) };
  const missed = { modelId: 'shop', gates: checkGates([{ metric: 'test_loss', atMost: 0.5 }], result) };
  const channel = (parts: object) => channelSchema.parse({ ...SLACK, ...parts });

  it.each([
    ['run.completed', 'completed'],
    ['run.failed', 'failed'],
    ['run.cancelled', 'cancelled'],
    ['run.started', undefined],
    ['run.cancel.requested', undefined],
    ['model.version.registered', undefined],
  ] as const)('%s is the end %s', (type, end) => expect(endOf(type)).toBe(end));

  it('is that it completed, failed or missed a gate, unless it says otherwise', () => {
    expect(outcomeFor(channel({}), 'completed', passed)).toBe('completed');
    expect(outcomeFor(channel({}), 'failed', { modelId: 'shop', gates: [] })).toBe('failed');
    expect(outcomeFor(channel({}), 'cancelled', { modelId: 'shop', gates: [] })).toBeUndefined();
    expect(outcomeFor(channel({ on: ['cancelled'] }), 'cancelled', { modelId: 'shop', gates: [] })).toBe(
      'cancelled',
    );
  });

  it('is the missed gate instead of the completion, where it wants both', () => {
    expect(outcomeFor(channel({}), 'completed', missed)).toBe('gateFailed');
    expect(outcomeFor(channel({ on: ['gateFailed'] }), 'completed', missed)).toBe('gateFailed');
    expect(outcomeFor(channel({ on: ['completed'] }), 'completed', missed)).toBe('completed');
    expect(outcomeFor(channel({ on: ['gateFailed'] }), 'completed', passed)).toBeUndefined();
    expect(outcomeFor(channel({ on: ['gateFailed', 'failed'] }), 'failed', missed)).toBe('failed');
  });

  it('is nothing when it is off or for other models', () => {
    expect(outcomeFor(channel({ enabled: false }), 'completed', passed)).toBeUndefined();
    expect(outcomeFor(channel({ models: ['other'] }), 'completed', passed)).toBeUndefined();
    expect(outcomeFor(channel({ models: ['other', 'shop'] }), 'completed', passed)).toBe('completed');
  });
});
