import { Badge, Text } from '@mantine/core';
import { formatMetric } from '@trainyard/shared/metrics/display';
import { bounds } from '@trainyard/shared/page/words';
import type { GateResult } from '@trainyard/shared/runs/gateResult';
import { gateInWords, gateTitle } from '@trainyard/shared/spec/evaluation/gateWords';
import { ScrollingTable } from './ScrollingTable.js';

const weight = ({ passed, critical }: GateResult) => (passed ? 2 : critical ? 0 : 1);

/** What a specification asks of a result, and what became of it: the missed ones first, of which the critical ones block. */
export function GateTable({ gates }: { gates: readonly GateResult[] }) {
  if (gates.length === 0)
    return (
      <Text size="sm" c="dimmed">
        The specification has no gates: evaluation.gates says what a result must reach before it may be
        promoted.
      </Text>
    );
  return (
    <ScrollingTable minWidth={560}>
      <thead>
        <tr>
          <th>Gate</th>
          <th>Outcome</th>
          <th>Asks for</th>
          <th className="tabular">Value</th>
          <th>Why</th>
        </tr>
      </thead>
      <tbody>
        {gates
          .toSorted((a, b) => weight(a) - weight(b))
          .map((gate, i) => (
            <tr key={i}>
              <td className="named breaks">
                {gateTitle(gate)}
                {!gate.critical && <span className="note line">not critical</span>}
                {gate.set !== undefined && <span className="note line">of the gate set {gate.set}</span>}
              </td>
              <td>
                <Outcome gate={gate} />
              </td>
              <td>{gateInWords(gate)}</td>
              <td className="tabular nowrap">
                {formatMetric(gate.metric, gate.value ?? undefined)}
                {gate.interval && <span className="note line">{bounds(gate.metric, gate.interval)}</span>}
              </td>
              <td className="named breaks">{gate.explanation ?? '–'}</td>
            </tr>
          ))}
      </tbody>
    </ScrollingTable>
  );
}

function Outcome({ gate: { passed, critical } }: { gate: GateResult }) {
  const color = passed ? 'green' : critical ? 'red' : 'gray';
  return (
    <Badge className="whole" color={color} variant="dot">
      {passed ? 'passed' : 'missed'}
    </Badge>
  );
}
