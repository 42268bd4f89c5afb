import type { Role } from '@trainyard/shared';
import { DomainError } from '../errors/domainError.js';

export function forbidden(needed: Role): DomainError {
  const detail = `This needs the role "${needed}": ask an administrator of this Trainyard for it.`;
  return new DomainError('forbidden', detail);
}
