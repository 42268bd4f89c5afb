import type { JWTPayload } from 'jose';
import { z } from 'zod';
import { memberSchema, type Config } from '../config.js';
import { DomainError } from '../errors/domainError.js';
import type { Caller } from './caller.js';

/** The custom claims that the security rules read as well; and Google's own. */
const claimsSchema = z.object({
  sub: z.string().min(1),
  email: z.string().optional(),
  email_verified: z.boolean().optional(),
  trainyardRole: memberSchema.shape.role.optional(),
  trainyardTeams: memberSchema.shape.teams,
});

/**
 * Who a verified token speaks for: with the role and teams of its own claims, else those of the configuration, by its verified
 * e-mail address or its subject. A problem (403) for somebody without a role.
 */
export function callerOf(payload: JWTPayload, members: Config['members']): Caller {
  const claims = claimsSchema.safeParse(payload);
  if (!claims.success) throw noRole('its role or teams are not ones that there are');
  const { sub, email, email_verified: isVerified, trainyardRole, trainyardTeams } = claims.data;
  const id = email !== undefined && isVerified === true ? email : sub;
  if (trainyardRole) return { id, role: trainyardRole, teams: trainyardTeams };
  const member = [id, sub].filter((name) => Object.hasOwn(members, name)).map((name) => members[name])[0];
  if (!member) throw noRole('it has none');
  return { id, ...member };
}

function noRole(reason: string): DomainError {
  const detail = `The token is good, but gives no role here (${reason}): ask an administrator of this Trainyard for one.`;
  return new DomainError('no-role', detail);
}
