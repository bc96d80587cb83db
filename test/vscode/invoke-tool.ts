import { CancellationTokenSource, LanguageModelTextPart, lm } from 'vscode';

/** Invokes a language-model tool; rejects with its message. Confirmations are accepted automatically. */
export async function invokeTool(tool: string, input: object): Promise<string> {
  const { token } = new CancellationTokenSource();
  const { content } = await lm.invokeTool(tool, { input, toolInvocationToken: undefined }, token);
  return content.map((part) => (part instanceof LanguageModelTextPart ? part.value : '')).join('');
}

/** A run in the answers to language models. */
export interface ListedRun {
  readonly name: string;
  readonly state: string;
  readonly folder: string;
}

/** All runs of the workspace. */
export async function listRuns(): Promise<ListedRun[]> {
  return JSON.parse(await invokeTool('esrgan_listRuns', {}));
}
