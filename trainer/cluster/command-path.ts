/** How the command `esrgan` is started on the nodes of a cluster. */
export interface CommandPath {
  /** Node.js. */
  readonly node: string;
  /** The built command. */
  readonly esrgan: string;
}
