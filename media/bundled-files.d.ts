/** Images that the bundler imports as text. */
declare module '*.svg' {
  const text: string;
  export default text;
}

/** Style sheets that the bundler writes next to the script. */
declare module '*.css';
