/** How many of a unit of time make a second. It draws in no schema, so that pages can use it. */
export const PER_SECOND = { s: 1, ms: 1e3, us: 1e6, ns: 1e9 } as const;
