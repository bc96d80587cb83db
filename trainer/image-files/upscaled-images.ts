/**
 * Image files without the results of upscaling that are next to their originals, such as `a_x4.png` and `a_x4-2.png` next
 * to `a.png`; `ax4.png`, the LR image of DIV2K, is not an original either.
 */
export function withoutUpscaled(paths: readonly string[]): string[] {
  const stems = new Set(paths.map(withoutExtension));
  return paths.filter((path) => {
    const original = /^(.+?)_?x\d+(?:-\d+)?$/.exec(withoutExtension(path))?.[1];
    return original === undefined || !stems.has(original);
  });
}

function withoutExtension(path: string): string {
  return path.replace(/\.[^.]*$/, '');
}
