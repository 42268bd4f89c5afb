import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { deriveRunSecret, signCallback, verifyCallback } from './signature.js';

const NOW = new Date();
const secret = deriveRunSecret('a master secret of more than 32 characters', 'run', 1);
const later = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

describe('a callback signature', () => {
  it('is what Standard Webhooks signs, and accepts what it signed', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\w-]{1,40}$/), fc.string(), (id, body) => {
        const headers = signCallback(secret, id, NOW, body);
        expect(headers['webhook-signature']).toBe(new Webhook(secret).sign(id, NOW, body));
        expect(verifyCallback(secret, headers, NOW, body)).toBe('valid');
      }),
    );
  });

  it('is one of several when keys are rotated', () => {
    const headers = signCallback(secret, 'id', NOW, 'body');
    const both = { ...headers, 'webhook-signature': `v1,AAAA v1a,x ${headers['webhook-signature']}` };
    expect(verifyCallback(secret, both, NOW, 'body')).toBe('valid');
  });

  it('is refused for another body, id, time, run or attempt', () => {
    const headers = signCallback(secret, 'id', NOW, 'body');
    expect(verifyCallback(secret, headers, NOW, 'other')).toBe('invalid');
    expect(verifyCallback(secret, { ...headers, 'webhook-id': 'other' }, NOW, 'body')).toBe('invalid');
    const shifted = String(Number(headers['webhook-timestamp']) + 1);
    expect(verifyCallback(secret, { ...headers, 'webhook-timestamp': shifted }, NOW, 'body')).toBe('invalid');
    for (const [run, attempt] of [
      ['other', 1],
      ['run', 2],
    ] as const) {
      const foreign = deriveRunSecret('a master secret of more than 32 characters', run, attempt);
      expect(verifyCallback(foreign, headers, NOW, 'body')).toBe('invalid');
    }
  });

  it('is refused more than five minutes away, on either side', () => {
    const headers = signCallback(secret, 'id', NOW, 'body');
    expect(verifyCallback(secret, headers, later(298), 'body')).toBe('valid');
    expect(verifyCallback(secret, headers, later(302), 'body')).toBe('outsideWindow');
    expect(verifyCallback(secret, headers, later(-302), 'body')).toBe('outsideWindow');
  });

  it.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const)(
    'is refused without %s',
    (name) => {
      const headers = { ...signCallback(secret, 'id', NOW, 'body'), [name]: undefined };
      expect(verifyCallback(secret, headers, NOW, 'body')).toBe('missing');
    },
  );

  it.each(['', 'v1', 'v1,', 'v1,not base64', 'v2,AAAA', 'NaN'])('is refused when it reads "%s"', (text) => {
    const headers = { ...signCallback(secret, 'id', NOW, 'body'), 'webhook-signature': text };
    expect(verifyCallback(secret, headers, NOW, 'body')).not.toBe('valid');
  });
});
