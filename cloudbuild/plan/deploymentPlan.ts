/** The whole of a deployment, in its order: what lasts, images, jobs, functions, who may call them, and the page. */
import { functionSteps } from './functions.js';
import { hostingSteps } from './hosting.js';
import { imageSteps } from './images.js';
import { callerSteps, infrastructureSteps } from './infrastructure.js';
import { jobSteps } from './jobs.js';
import type { Deployment } from './settings.js';
import type { Phase, Step } from './step.js';

/** Every step can be taken again: what is there already is brought up to date. */
export function deploymentPlan(deployment: Deployment, only: readonly Phase[] = []): Step[] {
  const steps = [
    ...infrastructureSteps(deployment),
    ...imageSteps(deployment),
    ...jobSteps(deployment),
    ...functionSteps(deployment),
    ...callerSteps(deployment),
    ...hostingSteps(deployment),
  ];
  return only.length === 0 ? steps : steps.filter(({ phase }) => only.includes(phase));
}
