import { type CancellationToken, type Progress, ProgressLocation, window } from 'vscode';
import { withoutLinks } from '../trainer/format/markup.ts';

/** All messages of the extension. VS Code shows links in them, so names from files are made plain text here. */

/** Shows an error; resolves to the action that the person chooses, if any. */
export function showError(message: string, ...actions: readonly string[]): Thenable<string | undefined> {
  return window.showErrorMessage(withoutLinks(message), ...actions);
}

/** Shows a warning; resolves to the action that the person chooses, if any. */
export function showWarning(message: string, ...actions: readonly string[]): Thenable<string | undefined> {
  return window.showWarningMessage(withoutLinks(message), ...actions);
}

/** Shows a message; resolves to the action that the person chooses, if any. */
export function showInformation(
  message: string,
  ...actions: readonly string[]
): Thenable<string | undefined> {
  return window.showInformationMessage(withoutLinks(message), ...actions);
}

/** Whether the person agrees to the action in a modal dialog. */
export async function confirm(question: string, detail: string, action: string): Promise<boolean> {
  const options = { modal: true, detail: withoutLinks(detail) };
  return (await window.showWarningMessage(withoutLinks(question), options, action)) === action;
}

/** Prompts for one of some actions in a modal dialog; undefined if the person chooses `none` or closes the dialog. */
export async function choose(
  question: string,
  actions: readonly string[],
  none: string,
  detail = '',
): Promise<string | undefined> {
  const items = [
    ...actions.map((title) => ({ title, isCloseAffordance: false })),
    { title: none, isCloseAffordance: true },
  ];
  const chosen = await window.showInformationMessage(
    withoutLinks(question),
    { modal: true, detail: withoutLinks(detail) },
    ...items,
  );
  return chosen?.isCloseAffordance === false ? chosen.title : undefined;
}

/** Shows the progress of some work, which the person can cancel. */
export function showProgress<Result>(
  title: string | undefined,
  work: (report: (progress: ProgressReport) => void, token: CancellationToken) => Promise<Result>,
): Thenable<Result> {
  const options = {
    location: ProgressLocation.Notification,
    cancellable: true,
    ...(title !== undefined && { title: withoutLinks(title) }),
  };
  return window.withProgress(options, (progress: Progress<ProgressReport>, token) =>
    work(({ message, increment }) => progress.report({ message: withoutLinks(message), increment }), token),
  );
}

interface ProgressReport {
  readonly message: string;
  /** Percent since the last report. */
  readonly increment: number;
}
