/** How many queries are answered together where the latency is measured. */
export const SERVED_QUERIES = [1, 32, 256] as const;
