/** A row in place of those that are not in sight. */
export function Gap({ height, width }: { height: number; width: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden className="gap">
      <td colSpan={width} style={{ height }} />
    </tr>
  );
}
