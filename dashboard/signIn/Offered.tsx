import type { Role } from '@trainyard/shared/http/roles';
import type { ReactNode } from 'react';
import { useMayI } from './useMayI.js';

/** What is offered to whoever has the role; nothing to others. */
export function Offered({ to, children }: { to: Role; children: ReactNode }) {
  return useMayI()(to) ? children : null;
}
