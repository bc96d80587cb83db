import { answerRequests } from '../connection/answer-requests.ts';
import type { EditorConnection } from '../connection/editor-connection.ts';
import type { EngineReport, EngineRequests } from '../protocol/engines.ts';

/** Answers the request about the engines of this machine. */
export function registerEngines(
  connection: EditorConnection,
  engines: (again: boolean) => Promise<EngineReport>,
): void {
  answerRequests<keyof EngineRequests>(connection, { 'esrgan/engines': ({ again }) => engines(again) });
}
