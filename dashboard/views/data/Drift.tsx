import { Badge } from '@mantine/core';
import { figure } from '@trainyard/shared/page/words';
import { OTHER_PSI, SHIFTING_PSI, shiftOf, type Shift } from '@trainyard/shared/profile/shift';
import type { Validation } from '@trainyard/shared/profile/validation';
import { Part } from '../../figures/Part.js';
import { ScrollingTable } from '../../figures/ScrollingTable.js';

/** How the data differ from those of the version before: in their columns, and in what these hold. */
export function Drift({
  validation: { reference, drift, schema_changes: changes },
}: {
  validation: Validation;
}) {
  return (
    <Part
      id="drift"
      title="Against the version before"
      note={
        drift.length === 0
          ? `Reference: ${reference}.`
          : `Reference: ${reference}. A population stability index (PSI) above ${SHIFTING_PSI} means that a column shifts, above ${OTHER_PSI} that it is as good as another one; KL is the divergence in nats, KS the statistic of Kolmogorov and Smirnov.`
      }
    >
      {changes.length > 0 && (
        <ul className="messages">
          {changes.map(({ message }, i) => (
            <li key={i} className="breaks">
              {message}
            </li>
          ))}
        </ul>
      )}
      {drift.length > 0 && <DriftTable drift={drift} />}
    </Part>
  );
}

const SHIFTS: Readonly<Record<Shift, readonly [color: string, words: string]>> = {
  steady: ['green', 'steady'],
  shifting: ['yellow', 'shifting'],
  another: ['red', 'as good as another'],
};

function DriftTable({ drift }: Pick<Validation, 'drift'>) {
  return (
    <ScrollingTable minWidth={560} maxHeight={480} stickyHeader>
      <thead>
        <tr>
          <th>Column</th>
          <th>Shift</th>
          <th className="tabular">PSI</th>
          <th className="tabular">KL</th>
          <th className="tabular">KS</th>
          <th className="tabular">p-value</th>
          <th>Compared by</th>
        </tr>
      </thead>
      <tbody>
        {drift
          .toSorted((a, b) => b.psi - a.psi)
          .map(({ column, psi, kl, ks, by }) => {
            const [color, words] = SHIFTS[shiftOf(psi)];
            return (
              <tr key={column}>
                <td className="named breaks">{column}</td>
                <td>
                  <Badge className="whole" color={color} variant="dot">
                    {words}
                  </Badge>
                </td>
                <td className="tabular">{figure(psi)}</td>
                <td className="tabular">{figure(kl)}</td>
                <td className="tabular">{ks ? figure(ks.statistic) : '–'}</td>
                <td className="tabular">{ks ? figure(ks.pValue) : '–'}</td>
                <td>{by === 'percentiles' ? 'percentiles' : 'frequent values'}</td>
              </tr>
            );
          })}
      </tbody>
    </ScrollingTable>
  );
}
