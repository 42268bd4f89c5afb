import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** Differs with every start of the machine: start times count from there, so without it they could meet again. */
const BOOT = '/proc/sys/kernel/random/boot_id';

/**
 * When a process started, in a form that is only compared; undefined when there is no such process. Number and start together
 * identify a process: a number alone is used again.
 */
export function startOf(pid: number): string | undefined {
  return existsSync(BOOT) ? startByProc(pid) : startByPs(pid);
}

function startByProc(pid: number): string | undefined {
  let stat;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The name, in parentheses, may hold anything; behind it come the state (field 3) and, 19 fields on, the start (field 22).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? undefined : `${readFileSync(BOOT, 'utf8').trim()}:${fields[19]}`;
}

/** Where there is no /proc. */
export function startByPs(pid: number): string | undefined {
  let told;
  try {
    told = execFileSync('/bin/ps', ['-o', 'stat=', '-o', 'lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: 'pipe',
      // The same words in every language and time zone.
      env: { LC_ALL: 'C', TZ: 'UTC' },
    });
  } catch {
    return undefined;
  }
  const [state = '', ...start] = told.trim().split(/\s+/);
  return state === '' || state.startsWith('Z') ? undefined : start.join(' ');
}
