/** `act` at once, then at most once in `pause` milliseconds; the last call is never lost. */
export function throttled(act: () => void, pause: number): () => void {
  let isPausing = false;
  let isWanted = false;
  const call = () => {
    if (isPausing) {
      isWanted = true;
      return;
    }
    isPausing = true;
    act();
    setTimeout(() => {
      isPausing = false;
      if (isWanted) {
        isWanted = false;
        call();
      }
    }, pause);
  };
  return call;
}
