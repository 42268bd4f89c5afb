import { setTimeout as pause } from 'node:timers/promises';

const MAX_DELAY_MS = 300;

/**
 * One delivery of a message over a bad link: a fifth fails (half of these after the message was handled), a fifth is handled
 * twice, all come out of their order. The bus delivers again what failed.
 */
export async function deliverBadly(random: () => number, deliver: () => Promise<void>): Promise<void> {
  const fate = random();
  await pause(random() * MAX_DELAY_MS);
  if (fate < 0.1) throw new Error('the message was lost');
  await (fate < 0.3 ? Promise.all([deliver(), deliver()]) : deliver());
  if (fate > 0.9) throw new Error('the acknowledgement was lost');
}
