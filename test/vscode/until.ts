/** Resolves with the first value that is neither undefined nor false. */
export async function until<T>(
  what: string,
  poll: () => T | undefined | false | Thenable<T | undefined | false>,
): Promise<T> {
  for (const end = Date.now() + 60_000; Date.now() < end; ) {
    const value = await poll();
    if (value !== undefined && value !== false) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what} did not happen within a minute.`);
}
