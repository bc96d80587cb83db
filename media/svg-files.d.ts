/** Pictures that the bundler reads in as text. */
declare module '*.svg' {
  const text: string;
  export default text;
}
