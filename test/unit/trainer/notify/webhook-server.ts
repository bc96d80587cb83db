import { createServer } from 'node:http';

/** A webhook on this host. */
export interface WebhookServer {
  readonly address: string;
  /** The bodies that it got. */
  readonly bodies: readonly unknown[];
  /** Resolves once it has got so many. */
  got(count: number): Promise<void>;
  close(): void;
}

/** Starts a webhook that answers with these codes, one after another, then with 200. */
export async function webhookServer(...codes: readonly (number | 'hang up')[]): Promise<WebhookServer> {
  const bodies: unknown[] = [];
  const waiting = new Set<() => void>();
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    bodies.push(JSON.parse(body));
    const code = codes[bodies.length - 1] ?? 200;
    if (code === 'hang up') request.socket.destroy();
    else response.writeHead(code).end('answer');
    for (const look of waiting) look();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return {
    address: `http://127.0.0.1:${address.port}/secret`,
    bodies,
    got: (count) =>
      new Promise((resolve) => {
        const look = () => {
          if (bodies.length < count) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
