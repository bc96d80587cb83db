/**
 * A function that remembers its answers for so many milliseconds: what looks at the disk is asked at every keystroke
 * and may take long. At most a thousand answers are kept.
 */
export function remember<T>(ms: number, ask: (key: string) => T): (key: string) => T {
  const answers = new Map<string, { readonly time: number; readonly answer: T }>();
  return (key) => {
    const now = performance.now();
    const known = answers.get(key);
    if (known !== undefined && now - known.time < ms) return known.answer;
    const answer = ask(key);
    if (answers.size >= 1000) answers.clear();
    answers.set(key, { time: now, answer });
    return answer;
  };
}
