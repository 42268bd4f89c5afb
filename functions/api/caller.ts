import { suffices, type Role } from '@trainyard/shared';
import { teamsOf } from '@trainyard/shared/feed/queries';

/** Who calls. `id` is written into `requestedBy`. */
export interface Caller {
  id: string;
  role: Role;
  teams: readonly string[];
}

export function hasRole(caller: Caller, needed: Role): boolean {
  return suffices(caller.role, needed);
}

/** Whether what belongs to `teams` is there at all for this caller. */
export function maySee(caller: Caller, teams: readonly string[]): boolean {
  return teamsOf(caller)?.some((team) => teams.includes(team)) ?? true;
}
