/** What somebody may do: `viewer` reads, `trainer` starts and stops too, `admin` everything, in every team. */
export const ROLES = ['viewer', 'trainer', 'admin'] as const;
export type Role = (typeof ROLES)[number];
