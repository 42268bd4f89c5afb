export const BENCHES = [];
