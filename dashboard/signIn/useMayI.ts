import { useQuery } from '@tanstack/react-query';
import { type Role, suffices } from '@trainyard/shared/http/roles';
import { useCallback } from 'react';
import { reads } from '../api/reads.js';

/** Whether whoever looks may do what a role is needed for: what they may not is not offered. The server decides all the same. */
export function useMayI(): (needed: Role) => boolean {
  const role = useQuery(reads.me).data?.role;
  return useCallback((needed) => role !== undefined && suffices(role, needed), [role]);
}
