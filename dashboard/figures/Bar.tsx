/** A share from 0 to 1 as a bar, beside the number that says it. */
export function Bar({ share }: { share: number }) {
  return (
    <div className="bar" aria-hidden>
      <div style={{ width: `${100 * Math.min(1, Math.max(0, share))}%` }} />
    </div>
  );
}
