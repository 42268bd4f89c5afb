import { useQueryClient } from '@tanstack/react-query';
import type { ModelView } from '@trainyard/shared/http/bodies';
import { reads } from '../../api/reads.js';
import { post } from '../../api/request.js';

/** Moves a version of the model; the page shows it at once, also where the feed is away. */
export function useMove({
  modelId,
}: Pick<ModelView, 'modelId'>): (path: string, body: object) => Promise<void> {
  const queryClient = useQueryClient();
  return async (path, body) => {
    await post(`/api/models/${encodeURIComponent(modelId)}/${path}`, body);
    await Promise.all([
      queryClient.invalidateQueries({ queryKey: reads.model(modelId).queryKey }),
      queryClient.invalidateQueries({ queryKey: reads.versions(modelId).queryKey }),
      queryClient.invalidateQueries({ queryKey: reads.models.queryKey }),
    ]);
  };
}
