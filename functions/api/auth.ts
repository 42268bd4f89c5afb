import type { Caller } from './caller.js';
import { notAuthenticated, verifyIdToken } from '../identity/idToken.js';
import { callerOf } from './tokenCaller.js';
import type { ControlPlane } from '../controlPlane.js';
import type { Request } from '../http/request.js';
import { DomainError } from '../errors/domainError.js';

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i;

/** Who calls. Fails closed: without a configured way in, nobody gets in. */
export async function authenticate(
  cp: Pick<ControlPlane, 'config' | 'now'>,
  request: Request,
): Promise<Caller> {
  switch (cp.config.auth) {
    case 'loopback':
      // A page of a foreign site can reach a port on this machine under a name of its own; its name gives it away.
      if (!LOOPBACK.test(request.get('host') ?? '')) {
        throw new DomainError('foreign-host', 'This server answers to localhost and 127.0.0.1 only.');
      }
      return { id: 'local', role: 'admin', teams: [] };
    case 'platform':
      return { id: 'platform', role: 'admin', teams: [] };
    case 'tokens': {
      const [scheme, token, ...more] = (request.get('authorization') ?? '').split(' ');
      if (scheme?.toLowerCase() !== 'bearer' || !token || more.length > 0)
        throw notAuthenticated('Send an ID token: "Authorization: Bearer …".');
      const claims = await verifyIdToken(token, cp.config.tokenIssuers, cp.now());
      return callerOf(claims, cp.config.members);
    }
    case 'none':
      throw new DomainError(
        'not-configured',
        'No way to authenticate is configured: set TRAINYARD_AUTH to tokens, or to platform behind the invoker check of Cloud Run functions.',
      );
  }
}
