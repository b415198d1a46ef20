const UNITS: ReadonlyArray<readonly [seconds: number, name: string]> = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
];

/** `4 s`, `12 min`, `3 h`, `5 d`: one figure is enough to judge by. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  for (const [size, name] of UNITS) {
    if (seconds >= size) {
      return `${Math.floor(seconds / size)} ${name}`;
    }
  }
  return `${seconds} s`;
}

export const since = (then: string, now: number): string => duration(now - Date.parse(then));
