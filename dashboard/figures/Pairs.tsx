/** Names with what they are, a line each. */
export function Pairs({ of }: { of: readonly (readonly [name: string, value: string])[] }) {
  return (
    <dl className="pairs">
      {of.map(([name, value]) => (
        <Pair key={name} name={name} value={value} />
      ))}
    </dl>
  );
}

function Pair({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd className="breaks">{value}</dd>
    </>
  );
}
