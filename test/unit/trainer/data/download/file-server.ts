import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';

/** One answer of the server. */
export interface Answer {
  /** 200, or 206 where a range was asked for, unless said otherwise. */
  readonly status?: number;
  /** The whole file. */
  readonly body?: Uint8Array;
  readonly etag?: string | null;
  /** Ranges are served only where this is not false. */
  readonly ranges?: boolean;
  /** A changed file is sent as a rest all the same, against the rules. */
  readonly ignoresIfRange?: boolean;
  /** The connection is cut after so many bytes of this answer. */
  readonly cutAfter?: number;
  /** What is announced, instead of the truth; null: nothing. */
  readonly length?: number | null;
  readonly headers?: Readonly<Record<string, string>>;
  /** The answer waits for this. */
  readonly after?: Promise<void>;
}

/** What was asked of the server, one line for each request. */
export interface FileServer {
  readonly url: string;
  readonly requests: string[];
}

/** A server on this machine that gives these answers one after the other, the last one from then on. */
export async function fileServer(...answers: Answer[]): Promise<FileServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(requests.length, answers.length - 1)] ?? {};
    const { range = '-', 'if-range': condition } = request.headers;
    requests.push(`${request.url} ${range}${condition === undefined ? '' : ` if ${String(condition)}`}`);
    void Promise.resolve(answer.after).then(() => send(answer, request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}`, requests };
}

function send(answer: Answer, { headers }: IncomingMessage, response: ServerResponse): void {
  const { body = new Uint8Array(), etag = '"1"', ranges = true, cutAfter, length } = answer;
  const asked = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
  const isUnchanged = headers['if-range'] === (etag ?? undefined) || answer.ignoresIfRange === true;
  const start = ranges && isUnchanged ? asked : 0;
  const rest = body.subarray(start);
  response.writeHead(answer.status ?? (start > 0 ? 206 : 200), {
    ...(length === null ? {} : { 'content-length': length ?? rest.length }),
    ...(etag === null ? {} : { etag }),
    ...(start > 0 ? { 'content-range': `bytes ${start}-${body.length - 1}/${body.length}` } : {}),
    ...answer.headers,
  });
  if (cutAfter === undefined) response.end(rest);
  else response.write(rest.subarray(0, cutAfter), () => response.destroy());
}
