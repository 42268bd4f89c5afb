/**
 * Callback signatures after Standard Webhooks (https://www.standardwebhooks.com): headers `webhook-id`,
 * `webhook-timestamp` (seconds) and `webhook-signature` (`v1,` + base64 of HMAC-SHA256 over `id.timestamp.body`,
 * several separated by blanks).
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** How far a callback's clock may be from ours, both ways. */
export const SIGNATURE_TOLERANCE_SECONDS = 300;

export interface SignatureHeaders {
  'webhook-id': string;
  'webhook-timestamp': string;
  'webhook-signature': string;
}

/**
 * The secret that one attempt of one run signs with: HKDF-SHA256 of the master secret, written `whsec_` + base64.
 * A stolen one is worth nothing for any other attempt.
 */
export function deriveRunSecret(masterSecret: string, runId: string, attempt: number): string {
  const key = hkdfSync('sha256', masterSecret, runId, `trainyard callback attempt ${attempt}`, 32);
  return `whsec_${Buffer.from(key).toString('base64')}`;
}

function mac(secret: string, id: string, timestamp: string, body: Buffer | string): Buffer {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
}

/** The headers that go with `body`; `id` must be the same whenever the same callback is sent again. */
export function signCallback(secret: string, id: string, now: Date, body: Buffer | string): SignatureHeaders {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${mac(secret, id, timestamp, body).toString('base64')}`,
  };
}

export type SignatureVerdict = 'valid' | 'missing' | 'outsideWindow' | 'invalid';

/** Checks the window both ways, then every offered signature in constant time. */
export function verifyCallback(
  secret: string,
  headers: { readonly [K in keyof SignatureHeaders]: string | undefined },
  now: Date,
  body: Buffer | string,
): SignatureVerdict {
  const id = headers['webhook-id'];
  const timestamp = headers['webhook-timestamp'];
  const offered = headers['webhook-signature'];
  if (!id || !timestamp || !offered) return 'missing';
  if (!/^\d{1,12}$/.test(timestamp)) return 'invalid';
  if (Math.abs(now.getTime() / 1000 - Number(timestamp)) > SIGNATURE_TOLERANCE_SECONDS)
    return 'outsideWindow';
  const expected = mac(secret, id, timestamp, body);
  let valid = false;
  for (const entry of offered.split(' ')) {
    const [version, text = ''] = entry.split(',', 2);
    const given = Buffer.from(text, 'base64');
    if (version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected))
      valid = true;
  }
  return valid ? 'valid' : 'invalid';
}
