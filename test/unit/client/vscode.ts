/** The part of VS Code's API that modules without an editor use: messages, in English. */
export const l10n = {
  t: (message: string, ...args: readonly (string | number | boolean)[]) =>
    message.replaceAll(/\{(\d+)\}/g, (_, index) => String(args[Number(index)])),
};
