import type { ControlPlane } from '../controlPlane.js';
import type { Request } from '../http/request.js';
import { DomainError } from '../errors/domainError.js';

/** Where the trainer says who it is, so that the platform's own invoker check leaves it alone. */
export const IDENTITY_HEADER = 'trainyard-identity';

/**
 * Where the deployment names its trainers' service account, a callback also carries a Google-signed ID token of that account,
 * meant for these functions: a key that leaked is worth nothing outside the platform. A problem (401, 403, 503) otherwise.
 */
export async function requireTrainerIdentity(
  cp: Pick<ControlPlane, 'config' | 'now'>,
  request: Request,
): Promise<void> {
  const { trainerIdentity } = cp.config;
  if (!trainerIdentity) return;
  const { email, ...issuer } = trainerIdentity;
  // Loaded where it is used: most callbacks of a machine do without.
  const { notAuthenticated, verifyIdToken } = await import('../identity/idToken.js');
  const token = request.get(IDENTITY_HEADER);
  if (!token) throw notAuthenticated(`Callbacks carry the ID token of ${email} in ${IDENTITY_HEADER}.`);
  const claims = await verifyIdToken(token, [issuer], cp.now());
  if (claims['email_verified'] === true && claims['email'] === email) return;
  const detail = `The token in ${IDENTITY_HEADER} is not one of the trainers' service account.`;
  throw new DomainError('foreign-trainer', detail);
}
