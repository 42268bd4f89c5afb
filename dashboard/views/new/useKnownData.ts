import { useQuery } from '@tanstack/react-query';
import type { RunView } from '@trainyard/shared/http/bodies';
import type { Profile } from '@trainyard/shared/profile/profile';
import type { SizeOf } from '@trainyard/shared/spec/shape/towerShape';
import { reads } from '../../api/reads.js';
import { valueAt } from '../../form/paths.js';

export interface KnownData {
  /** The newest completed run of the model on this data, which has looked at it; where there is none, the newest that looked and failed. */
  run: RunView | undefined;
  profile: Profile | undefined;
  isPending: boolean;
}

/** What the newest run of the model that has looked found in the data that the specification names. */
export function useKnownData(modelId: string, spec: unknown): KnownData {
  const uri = valueAt(spec, ['dataset', 'source', 'uri']);
  const isAsked = modelId !== '' && typeof uri === 'string' && uri !== '';
  const at = isAsked ? uri : '';
  const completed = useQuery({ ...reads.newestOn(modelId, at, 'completed'), enabled: isAsked });
  const isNone = completed.data?.runs.length === 0;
  const failed = useQuery({ ...reads.newestOn(modelId, at, 'failed'), enabled: isAsked && isNone });
  const run = completed.data?.runs[0] ?? (isNone ? failed.data?.runs.find(({ data }) => data) : undefined);
  const profile = useQuery({ ...reads.profile(run?.runId ?? ''), enabled: run !== undefined });
  return {
    run,
    profile: profile.data,
    isPending:
      isAsked &&
      (completed.isPending || (isNone && failed.isPending) || (run !== undefined && profile.isPending)),
  };
}

/** The sizes of vocabularies, by the data that is known. Words of texts are not counted in it. */
export function sizesOf(profile: Profile | undefined): SizeOf {
  return (feature) => {
    if (feature.transform === 'bucketize') return feature.buckets;
    if (feature.transform !== 'lookup') return undefined;
    return profile?.columns.find(({ name }) => name === feature.column)?.distinct;
  };
}
