import { useEffect, useState } from "react";

/** The time, renewed every `interval` milliseconds: for ages that are shown. */
export function useNow(interval = 5_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), interval);
    return () => clearInterval(timer);
  }, [interval]);
  return now;
}
