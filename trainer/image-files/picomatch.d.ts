declare module 'picomatch' {
  interface Options {
    /** Wildcards also match names that start with a dot. */
    readonly dot?: boolean;
    /** A leading `!` is literal, except in `!(a|b)`. */
    readonly nonegate?: boolean;
    /** Allows `[!0-9]`. */
    readonly posix?: boolean;
    /** Whether `\` separates the parts of a path; by default on Windows. */
    readonly windows?: boolean;
  }

  export default function picomatch(pattern: string, options: Options): (path: string) => boolean;
}
