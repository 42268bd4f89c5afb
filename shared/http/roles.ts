/** What somebody may do: `viewer` reads, `trainer` starts and stops too, `admin` everything, in every team. */
export const ROLES = ['viewer', 'trainer', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Whether a role may do what another one is needed for. */
export function suffices(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}
