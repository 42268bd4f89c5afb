import { DomainError } from '../errors/domainError.js';
import type { Role } from '../roles.js';

export function forbidden(needed: Role): DomainError {
  const detail = `This needs the role "${needed}": ask an administrator of this Trainyard for it.`;
  return new DomainError('forbidden', detail);
}
