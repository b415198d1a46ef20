/** Grey rows where something will be; says so to those who do not see them. */
export function Skeleton({ label, rows = 3 }: { label: string; rows?: number }) {
  const widths = Array.from({ length: rows }, (_, row) => `${92 - ((row * 17) % 40)}%`);
  return (
    <div role="status" aria-label={label} className="space-y-3">
      {widths.map((width) => (
        <div key={width} className="h-12 rounded-lg bg-sunken" style={{ width }} />
      ))}
    </div>
  );
}
