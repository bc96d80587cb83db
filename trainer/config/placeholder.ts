/** The path that a user wrote for images: `{scale}` is replaced, `{{scale}}` is the literal text `{scale}`. */
export function replacePlaceholder(written: string, scale: number): string {
  return written.replaceAll(/\{(\{scale\})\}|\{scale\}/g, (_, literal?: string) => literal ?? String(scale));
}

/** Writes a path for images so that `replacePlaceholder` returns it unchanged. */
export function withoutPlaceholder(path: string): string {
  return path.replaceAll('{scale}', '{{scale}}');
}
