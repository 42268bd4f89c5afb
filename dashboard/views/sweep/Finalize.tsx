import { Checkbox, Text, TextInput } from '@mantine/core';
import type { RunView } from '@trainyard/shared/http/bodies';
import { rowsText, sampledShare } from '@trainyard/shared/sweeps/finals';
import type { SweepView } from '@trainyard/shared/sweeps/view';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { post } from '../../api/request.js';
import { Asked } from '../../form/Asked.js';

interface Props {
  sweep: SweepView;
  best: NonNullable<SweepView['best']>;
}

/** Makes a version of the best trial: of all rows unless somebody wants the sample that the trials read. */
export function Finalize({ sweep: { sweepId, spec }, best }: Props) {
  const [, navigate] = useLocation();
  const [isWhole, setWhole] = useState(true);
  const [epochs, setEpochs] = useState('');
  const share = sampledShare(spec, best.parameters);
  const own = best.parameters['training.epochs'];
  const epochsOfTrial = typeof own === 'number' ? own : spec.training.epochs;
  const overrides = {
    ...(share !== null && isWhole && { 'dataset.sample': null }),
    ...(epochs.trim() !== '' && { 'training.epochs': Number(epochs) }),
  };
  const finalize = async () => {
    const { runId } = await post<RunView>(`/api/sweeps/${sweepId}/finalize`, { overrides });
    navigate(`/runs/${runId}`);
  };
  return (
    <Asked
      title="Finalize"
      verb={`Retrain trial ${best.number} as a version`}
      failure="The sweep was not changed"
      act={finalize}
    >
      <Text size="sm">
        Trial {best.number} is trained as a run of its own, which becomes a version. To tell its worth from
        chance it is repeated with three other seeds, and what the sweep began with is trained alike.
      </Text>
      {share !== null && (
        <>
          <Checkbox
            label="Train on all rows"
            description={`The trials read ${rowsText(share)} (dataset.sample).`}
            checked={isWhole}
            onChange={({ currentTarget }) => setWhole(currentTarget.checked)}
          />
          {!isWhole && (
            <Text size="sm" className="mistake">
              The version will have read {rowsText(share)} only: users and items that the others hold are not
              in it.
            </Text>
          )}
        </>
      )}
      <TextInput
        label="Epochs"
        description={`As the trial, ${epochsOfTrial}, where it stays empty.`}
        inputMode="numeric"
        value={epochs}
        onChange={({ currentTarget }) => setEpochs(currentTarget.value)}
      />
    </Asked>
  );
}
