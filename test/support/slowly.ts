/**
 * Something on the other side that takes its time: a slow archive, a worker's work. Never what a test itself waits for;
 * that is a fact, and `eventually` waits for it.
 */
export const slowly = (milliseconds: number, act: () => void = () => {}): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(() => {
      act();
      resolve();
    }, milliseconds);
  });
