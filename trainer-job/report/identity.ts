/** Who this job is, as Google vouches for it: an ID token of its service account from the metadata server of its machine. */
import { z } from 'zod';

export interface IdentityOptions {
  /** Whom the token is meant for. */
  audience: string;
  /** `host` or `host:port` of the metadata server. */
  metadataHost: string;
}

const TIMEOUT_MS = 5000;
/** A token is renewed this long before it expires. */
const RENEWED_BEFORE_MS = 300_000;

const claimsSchema = z.object({ exp: z.number() });

/**
 * Gives the token, fetched once and again before it expires
 * (https://cloud.google.com/run/docs/securing/service-identity#identity_tokens). Throws where there is no metadata server or it
 * has none to give.
 */
export function identityTokens(
  { audience, metadataHost }: IdentityOptions,
  now: () => Date = () => new Date(),
): () => Promise<string> {
  let kept: { token: string; until: number } | undefined;
  const query = new URLSearchParams({ audience, format: 'full' }).toString();
  const url = `http://${metadataHost}/computeMetadata/v1/instance/service-accounts/default/identity?${query}`;
  return async () => {
    if (kept && now().getTime() < kept.until) return kept.token;
    const response = await fetch(url, {
      headers: { 'metadata-flavor': 'Google' },
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const token = (await response.text()).trim();
    if (!response.ok)
      throw new Error(`the metadata server answered ${response.status} for an identity token`);
    kept = { token, until: expiryOf(token) - RENEWED_BEFORE_MS };
    return token;
  };
}

/** In milliseconds. */
function expiryOf(token: string): number {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return claimsSchema.parse(payload).exp * 1000;
  } catch (cause) {
    throw new Error('the metadata server gave what is no identity token', { cause });
  }
}
