/** The trainer's images, built and scanned by Cloud Build as `cloudbuild/images.yaml` says. */
import { account, type Deployment } from './settings.js';
import type { Step } from './step.js';

export function imageSteps({ settings, tag }: Deployment): Step[] {
  const { project, region } = settings;
  return [
    {
      phase: 'images',
      title: `Cloud Build makes trainer-gpu and trainer-cpu, ${tag}`,
      command: [
        'gcloud',
        'builds',
        'submit',
        '.',
        '--config=cloudbuild/images.yaml',
        `--project=${project}`,
        `--region=${region}`,
        `--service-account=projects/${project}/serviceAccounts/${account(settings, 'trainyard-build')}`,
        `--substitutions=COMMIT_SHA=${tag},_REGION=${region}`,
        '--quiet',
      ],
      files: [],
      remedy:
        'read the log of the build, which the last lines name; a finding of the scan is mended by newer base images (docs/images.md)',
    },
  ];
}
