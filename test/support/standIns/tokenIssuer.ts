/** Somebody who signs ID tokens and serves the keys to check them. Gone after the test. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose';
import { onTestFinished } from 'vitest';

type Keys = Awaited<ReturnType<typeof generateKeyPair>>;
/** Made once for all tests of a file: they take a moment. */
let made: Promise<Keys> | undefined;

export interface IssuerOfTokens {
  issuer: string;
  keysUrl: string;
  /** A token with these claims; its issuer is this one unless they say otherwise. */
  sign: (
    claims: JWTPayload,
    signing?: { key?: Keys['privateKey'] | undefined; kid?: string | undefined },
  ) => Promise<string>;
}

export async function tokenIssuer(issuer: string, keysStatus = 200): Promise<IssuerOfTokens> {
  made ??= generateKeyPair('RS256');
  const { publicKey, privateKey } = await made;
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
  const server = createServer((_request, response) => {
    response
      .writeHead(keysStatus, { 'content-type': 'application/json' })
      .end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return {
    issuer,
    keysUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`,
    sign: (claims, { key = privateKey, kid = 'k1' } = {}) =>
      new SignJWT({ iss: issuer, ...claims }).setProtectedHeader({ alg: 'RS256', kid }).sign(key),
  };
}
