import { Checkbox, NativeSelect, Text, Textarea } from '@mantine/core';
import type { ModelView } from '@trainyard/shared/http/bodies';
import type { ModelVersionView } from '@trainyard/shared/http/versions';
import { gateReason } from '@trainyard/shared/evaluation/verdictOf';
import { blockingGates } from '@trainyard/shared/runs/gates';
import { useState } from 'react';
import { Offered } from '../../signIn/Offered.js';
import { ConfirmByName } from '../../states/ConfirmByName.js';
import { useMove } from './useMove.js';

type Target = 'staging' | 'production';

interface Props {
  model: ModelView;
  version: ModelVersionView;
}

/** Puts a version into staging or production. What its gates say against it stands there before it is tried. */
export function PromoteButton({ model, version: { version, stage, gates } }: Props) {
  const move = useMove(model);
  const [target, setTarget] = useState<Target>('production');
  const [force, setForce] = useState(false);
  const [reason, setReason] = useState('');
  const blocking = blockingGates(gates);
  const said = reason.trim();
  const body = { stage: target, force, ...(said !== '' && { reason: said }) };
  return (
    <ConfirmByName
      button="Promote"
      label={`Promote version ${version}`}
      title={`Promote version ${version}`}
      verb={force ? 'Promote it all the same' : 'Promote'}
      name={model.name}
      failed="The version was not promoted"
      act={() => move(`versions/${version}/promote`, body)}
      isDangerous={force}
      missing={force && said === '' ? 'Say why it is promoted all the same.' : undefined}
    >
      {() => (
        <>
          <NativeSelect
            label="To"
            data={stage === 'staging' ? ['production'] : ['production', 'staging']}
            value={target}
            onChange={({ currentTarget }) => setTarget(currentTarget.value as Target)}
          />
          <Text size="sm">{effectOf(model, version, target)}</Text>
          {blocking.length > 0 && (
            <>
              {blocking.map((gate, i) => (
                <Text key={i} size="sm" className="mistake breaks">
                  {gateReason(gate)}
                </Text>
              ))}
              <Offered to="admin">
                <Checkbox
                  label="Promote it although gates are missed: administrators only"
                  checked={force}
                  onChange={({ currentTarget }) => setForce(currentTarget.checked)}
                />
              </Offered>
            </>
          )}
          <Textarea
            label="Why"
            description="Stands in the history of the model."
            maxLength={500}
            value={reason}
            onChange={({ currentTarget }) => setReason(currentTarget.value)}
          />
        </>
      )}
    </ConfirmByName>
  );
}

function effectOf({ production, staging }: ModelView, version: number, target: Target): string {
  if (target === 'staging')
    return staging === null || staging === version
      ? `Version ${version} is tried out; what serves stays.`
      : `Version ${version} is tried out in the place of version ${staging}; what serves stays.`;
  return production === null
    ? `Version ${version} serves.`
    : `Version ${version} serves in the place of version ${production}, which is archived and which a rollback brings back.`;
}
