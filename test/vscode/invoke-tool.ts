import { CancellationTokenSource, LanguageModelTextPart, lm } from 'vscode';

/** What a language-model tool answers; rejects with its message. Where a tool asks the person, tests answer yes unseen. */
export async function invokeTool(tool: string, input: object): Promise<string> {
  const { token } = new CancellationTokenSource();
  const { content } = await lm.invokeTool(tool, { input, toolInvocationToken: undefined }, token);
  return content.map((part) => (part instanceof LanguageModelTextPart ? part.value : '')).join('');
}

/** A run as language models are told of it. */
export interface ListedRun {
  readonly name: string;
  readonly state: string;
  readonly folder: string;
}

/** All runs that the workspace knows. */
export async function listRuns(): Promise<ListedRun[]> {
  return JSON.parse(await invokeTool('esrgan_listRuns', {}));
}
