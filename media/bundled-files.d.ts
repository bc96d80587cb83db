/** Images that the bundler reads in as text. */
declare module '*.svg' {
  const text: string;
  export default text;
}

/** Style sheets that the bundler puts beside the program. */
declare module '*.css';
