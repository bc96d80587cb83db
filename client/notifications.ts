import { type CancellationToken, type Progress, ProgressLocation, window } from 'vscode';
import { plainText } from '../trainer/format/markup.ts';

/** All messages of the extension. VS Code shows links in them, so names from files are made plain text here. */

/** Shows an error; resolves to the action that the person chooses, if any. */
export function showError(message: string, ...actions: readonly string[]): Thenable<string | undefined> {
  return window.showErrorMessage(plainText(message), ...actions);
}

/** Shows a warning; resolves to the action that the person chooses, if any. */
export function showWarning(message: string, ...actions: readonly string[]): Thenable<string | undefined> {
  return window.showWarningMessage(plainText(message), ...actions);
}

/** Shows a message; resolves to the action that the person chooses, if any. */
export function showInformation(
  message: string,
  ...actions: readonly string[]
): Thenable<string | undefined> {
  return window.showInformationMessage(plainText(message), ...actions);
}

/** Whether the person agrees to the action in a modal dialog. */
export async function confirm(question: string, detail: string, action: string): Promise<boolean> {
  const options = { modal: true, detail: plainText(detail) };
  return (await window.showWarningMessage(plainText(question), options, action)) === action;
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
    plainText(question),
    { modal: true, detail: plainText(detail) },
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
    ...(title !== undefined && { title: plainText(title) }),
  };
  return window.withProgress(options, (progress: Progress<ProgressReport>, token) =>
    work(({ message, increment }) => progress.report({ message: plainText(message), increment }), token),
  );
}

interface ProgressReport {
  readonly message: string;
  /** Percent since the last report. */
  readonly increment: number;
}
