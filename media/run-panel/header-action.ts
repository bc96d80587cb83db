/** The actions of the buttons in the header of a run; `data-action` of a button is its action. */
export type HeaderAction =
  | 'pause'
  | 'resume'
  | 'stop'
  | 'checkpoint'
  | 'validate'
  | 'restart'
  | 'restart-both'
  | 'train'
  | 'upscale'
  | 'compare'
  | 'again'
  | 'config'
  | 'log';
