/** OpenID Connect ID tokens: signature, issuer, audience, expiry. Keys that their issuer withdrew are refused within ten minutes. */
import {
  createRemoteJWKSet,
  decodeJwt,
  errors,
  jwtVerify,
  type JWTPayload,
  type JWTVerifyGetKey,
} from 'jose';
import type { TokenIssuer } from '../config.js';
import { DomainError } from '../errors/domainError.js';

const KEYS_KEPT_MS = 600_000;
const CLOCK_TOLERANCE_SECONDS = 30;
/** Larger than any that these issuers make. */
const MAX_TOKEN_LENGTH = 8192;

/** By the address of the keys: fetched once, and again when they are old or a token names one that is not among them. */
const keySets = new Map<string, JWTVerifyGetKey>();

/** The claims of a token that is good at `now`; `not-authenticated` or `keys-unavailable` is thrown otherwise, and never repeats the token. */
export async function verifyIdToken(
  token: string,
  issuers: readonly TokenIssuer[],
  now: Date,
): Promise<JWTPayload> {
  const claimed = claimedIssuer(token);
  const trusted = issuers.find(({ issuer }) => issuer === claimed);
  if (!trusted) throw notAuthenticated('The token is not one of an issuer that is accepted here.');
  const { issuer, audience, keysUrl } = trusted;
  try {
    const { payload } = await jwtVerify(token, keysOf(keysUrl), {
      issuer,
      audience,
      algorithms: ['RS256'],
      requiredClaims: ['sub', 'iat', 'exp'],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: now,
    });
    return payload;
  } catch (error) {
    throw problemOf(error);
  }
}

function claimedIssuer(token: string): string | undefined {
  if (token.length > MAX_TOKEN_LENGTH) throw notAuthenticated('The token is too long to be an ID token.');
  try {
    return decodeJwt(token).iss;
  } catch (cause) {
    throw notAuthenticated('The token is not a signed ID token.', cause);
  }
}

function keysOf(url: string): JWTVerifyGetKey {
  const keys = keySets.get(url) ?? createRemoteJWKSet(new URL(url), { cacheMaxAge: KEYS_KEPT_MS });
  keySets.set(url, keys);
  return keys;
}

function problemOf(error: unknown): DomainError {
  if (error instanceof errors.JWTExpired)
    return notAuthenticated('The token has expired: get a new one.', error);
  if (error instanceof errors.JWTClaimValidationFailed)
    return notAuthenticated(`The claim "${error.claim}" of the token is not as it must be here.`, error);
  const isAboutToken =
    error instanceof errors.JOSEError &&
    !(error instanceof errors.JWKSTimeout) &&
    !(error instanceof errors.JWKSInvalid) &&
    error.code !== 'ERR_JOSE_GENERIC';
  if (isAboutToken)
    return notAuthenticated('The signature of the token does not match a key of its issuer.', error);
  const detail = 'The keys of the token’s issuer cannot be read at the moment: try again.';
  return new DomainError('keys-unavailable', detail, {
    retryAfterSeconds: 5,
    cause: error,
  });
}

export function notAuthenticated(detail: string, cause?: unknown): DomainError {
  return new DomainError('not-authenticated', detail, { cause });
}
