import type { JobLauncher } from '@trainyard/functions/ports/jobLauncher/jobLauncher';
import { openProcessLauncher } from '@trainyard/functions/ports/jobLauncher/processLauncher';
import type { PortsRequest } from './hostPorts.js';

/** From SIGTERM to SIGKILL: long enough to save a large model. */
const CANCEL_GRACE_MS = 20_000;

/** Trainers as processes of this machine, with the environment that the request says. */
export function openLocalLauncher(request: PortsRequest): JobLauncher {
  const [program, ...args] = request.trainerCommand;
  if (program === undefined) throw new Error('the trainer command is empty');
  return openProcessLauncher({
    directory: request.directory.jobs,
    command: [program, ...args],
    baseEnv: request.trainerEnvironment,
    cancelGraceMs: CANCEL_GRACE_MS,
    onEnded: request.onTrainerEnded,
  });
}
