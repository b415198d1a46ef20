export type DiffLine = {
  kind: "same" | "added" | "removed" | "gap";
  text: string;
  id: number;
};

/** Larger comparisons than this (lines × lines) are shown as a whole replacement. */
const MAX_CELLS = 4_000_000;

/** Lines that differ between two texts, with `context` equal lines around each change. */
export function diffLines(before: string, after: string, context = 3): DiffLine[] {
  const old = before === "" ? [] : before.replace(/\n$/, "").split("\n");
  const now = after === "" ? [] : after.replace(/\n$/, "").split("\n");
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) {
    head += 1;
  }
  let tail = 0;
  while (
    tail < old.length - head &&
    tail < now.length - head &&
    old[old.length - 1 - tail] === now[now.length - 1 - tail]
  ) {
    tail += 1;
  }
  const lines: Array<Omit<DiffLine, "id">> = [
    ...old.slice(0, head).map((text) => ({ kind: "same" as const, text })),
    ...changed(old.slice(head, old.length - tail), now.slice(head, now.length - tail)),
    ...old.slice(old.length - tail).map((text) => ({ kind: "same" as const, text })),
  ];
  return withGaps(lines, context);
}

function changed(old: string[], now: string[]): Array<Omit<DiffLine, "id">> {
  if (old.length * now.length > MAX_CELLS) {
    return [
      ...old.map((text) => ({ kind: "removed" as const, text })),
      ...now.map((text) => ({ kind: "added" as const, text })),
    ];
  }
  // lengths[i][j]: the longest common run of lines of old[i..] and now[j..].
  const width = now.length + 1;
  const lengths = new Uint32Array((old.length + 1) * width);
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0;
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = now.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] =
        old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: Array<Omit<DiffLine, "id">> = [];
  let i = 0;
  let j = 0;
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      lines.push({ kind: "same", text: old[i] ?? "" });
      i += 1;
      j += 1;
    } else if (j >= now.length || (i < old.length && at(i + 1, j) >= at(i, j + 1))) {
      lines.push({ kind: "removed", text: old[i] ?? "" });
      i += 1;
    } else {
      lines.push({ kind: "added", text: now[j] ?? "" });
      j += 1;
    }
  }
  return lines;
}

function withGaps(lines: Array<Omit<DiffLine, "id">>, context: number): DiffLine[] {
  const near = new Set<number>();
  lines.forEach((line, index) => {
    if (line.kind !== "same") {
      for (let n = index - context; n <= index + context; n += 1) {
        near.add(n);
      }
    }
  });
  const shown: DiffLine[] = [];
  lines.forEach((line, index) => {
    if (near.has(index)) {
      shown.push({ ...line, id: index });
    } else if (shown.length > 0 && shown[shown.length - 1]?.kind !== "gap") {
      shown.push({ kind: "gap", text: "…", id: index });
    }
  });
  if (shown[shown.length - 1]?.kind === "gap") {
    shown.pop();
  }
  return shown;
}
