/** Where the console of Google Cloud shows a job. */

const EXECUTION = /^projects\/([^/]+)\/locations\/([^/]+)\/jobs\/[^/]+\/executions\/([^/]+)$/;
const CUSTOM_JOB = /^projects\/([^/]+)\/locations\/([^/]+)\/customJobs\/([^/]+)$/;
const CONSOLE = 'https://console.cloud.google.com';

/** By the name that the platform gave the job, in which Vertex AI names the project by its number; null for jobs of one's own machine. */
export function consoleUrl(jobName: string): string | null {
  const [, project, region, execution] = EXECUTION.exec(jobName) ?? [];
  if (project !== undefined)
    return `${CONSOLE}/run/jobs/executions/details/${region}/${execution}?project=${project}`;
  const [, owner, place, job] = CUSTOM_JOB.exec(jobName) ?? [];
  if (owner === undefined) return null;
  return `${CONSOLE}/vertex-ai/locations/${place}/training/${job}?project=${owner}`;
}
