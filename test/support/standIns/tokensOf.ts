/** A deployment that asks for ID tokens, and the people who have some. */
import { START } from '../controlPlane.js';
import { tokenIssuer } from './tokenIssuer.js';

const ISSUER = 'https://securetoken.google.com/shop';
const AUDIENCE = 'shop';
const HOUR = 3600;

/** The configuration, and tokens of an hour from the beginning of the test on, each with the claims that the rules read too. */
export async function tokensOf() {
  const { keysUrl, sign } = await tokenIssuer(ISSUER);
  const began = START.getTime() / 1000;
  return {
    config: { auth: 'tokens' as const, tokenIssuers: [{ issuer: ISSUER, audience: AUDIENCE, keysUrl }] },
    token: (sub: string, trainyardRole: string | undefined, trainyardTeams: string[] = [], from = began) =>
      sign({ aud: AUDIENCE, sub, iat: from, exp: from + HOUR, trainyardRole, trainyardTeams }),
  };
}
