const POLL_MS = 10;
/** Far more than anything takes on a machine with other work. */
const PATIENCE_MS = 60_000;

/** Repeats an assertion until it holds; rejects with its last error when it doesn't for long. */
export async function eventually<T>(assertion: () => T | Promise<T>): Promise<T> {
  const givesUpAt = performance.now() + PATIENCE_MS;
  while (true) {
    try {
      return await assertion();
    } catch (error) {
      if (performance.now() > givesUpAt) throw error;
      await new Promise(resolve => setTimeout(resolve, POLL_MS));
    }
  }
}
