import add from '@vscode/codicons/src/icons/add.svg';
import arrowDown from '@vscode/codicons/src/icons/arrow-down.svg';
import arrowLeft from '@vscode/codicons/src/icons/arrow-left.svg';
import arrowRight from '@vscode/codicons/src/icons/arrow-right.svg';
import arrowUp from '@vscode/codicons/src/icons/arrow-up.svg';
import beaker from '@vscode/codicons/src/icons/beaker.svg';
import chevronLeft from '@vscode/codicons/src/icons/chevron-left.svg';
import chevronRight from '@vscode/codicons/src/icons/chevron-right.svg';
import close from '@vscode/codicons/src/icons/close.svg';
import play from '@vscode/codicons/src/icons/debug-continue.svg';
import pause from '@vscode/codicons/src/icons/debug-pause.svg';
import again from '@vscode/codicons/src/icons/debug-rerun.svg';
import stop from '@vscode/codicons/src/icons/debug-stop.svg';
import diff from '@vscode/codicons/src/icons/diff.svg';
import discard from '@vscode/codicons/src/icons/discard.svg';
import more from '@vscode/codicons/src/icons/ellipsis.svg';
import exportIcon from '@vscode/codicons/src/icons/export.svg';
import image from '@vscode/codicons/src/icons/file-media.svg';
import filter from '@vscode/codicons/src/icons/filter.svg';
import go from '@vscode/codicons/src/icons/go-to-file.svg';
import output from '@vscode/codicons/src/icons/output.svg';
import pinned from '@vscode/codicons/src/icons/pinned.svg';
import remove from '@vscode/codicons/src/icons/remove.svg';
import both from '@vscode/codicons/src/icons/run-all.svg';
import save from '@vscode/codicons/src/icons/save.svg';
import fit from '@vscode/codicons/src/icons/screen-normal.svg';
import edit from '@vscode/codicons/src/icons/settings-gear.svg';
import star from '@vscode/codicons/src/icons/star-full.svg';
import table from '@vscode/codicons/src/icons/table.svg';
import warning from '@vscode/codicons/src/icons/warning.svg';
import { html, type TemplateResult } from 'lit';
import { unsafeHTML } from 'lit/directives/unsafe-html.js';

const icons = {
  add,
  again,
  both,
  image,
  arrowDown,
  arrowUp,
  close,
  diff,
  edit,
  filter,
  star,
  warning,
  arrowLeft,
  arrowRight,
  beaker,
  chevronLeft,
  chevronRight,
  discard,
  export: exportIcon,
  fit,
  go,
  more,
  output,
  pause,
  pinned,
  play,
  remove,
  save,
  stop,
  table,
};

export type IconName = keyof typeof icons;

/**
 * A VS Code icon in the text color, hidden from screen readers. SVG rather than the icon font: it follows forced colors,
 * and the page needs no font from its host.
 */
export function icon(name: IconName): TemplateResult {
  return html`<span class="icon-image" aria-hidden="true">${unsafeHTML(icons[name])}</span>`;
}
