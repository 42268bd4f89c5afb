import { ProblemError } from '../http/problemError.js';
import type { Role } from '../roles.js';

export function forbidden(needed: Role): ProblemError {
  const detail = `This needs the role "${needed}": ask an administrator of this Trainyard for it.`;
  return new ProblemError(403, 'forbidden', 'Forbidden', detail);
}
