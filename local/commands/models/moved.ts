/** A version that was moved, in words. */
import type { MovedVersionView } from '@trainyard/shared';

export function movedLines({ modelId, version, stage, model }: MovedVersionView): string[] {
  const { production, staging, formerProduction } = model;
  const former = formerProduction.at(-1);
  return [
    `version ${version} of ${modelId} is in ${stage}`,
    ...(stage === 'staging'
      ? [`what serves is ${production === null ? 'nothing yet' : `version ${production}`}`]
      : []),
    ...(stage === 'production' && staging !== null ? [`version ${staging} is in staging`] : []),
    ...(stage === 'production' && former !== undefined
      ? [`version ${former} served before: trainyard rollback ${modelId}`]
      : []),
  ];
}
