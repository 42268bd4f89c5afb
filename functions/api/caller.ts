import { EVERY_TEAM, suffices, type Role } from '@trainyard/shared';

/** Who calls. `id` is written into `requestedBy`. */
export interface Caller {
  id: string;
  role: Role;
  teams: readonly string[];
}

export function hasRole(caller: Caller, needed: Role): boolean {
  return suffices(caller.role, needed);
}

/** The entries of a list of teams that let this caller in; undefined where every list does. */
export function teamsOf(caller: Caller): string[] | undefined {
  return caller.role === 'admin' ? undefined : [EVERY_TEAM, ...caller.teams];
}

/** Whether what belongs to `teams` is there at all for this caller. */
export function maySee(caller: Caller, teams: readonly string[]): boolean {
  return teamsOf(caller)?.some((team) => teams.includes(team)) ?? true;
}
