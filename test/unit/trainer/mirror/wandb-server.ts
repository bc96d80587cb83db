import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';

export const goodKey = 'local-0123456789abcdef0123456789abcdef01234567';

/** What a server stores of a run. */
export interface StoredRun {
  displayName: string;
  group: string | null;
  config: Record<string, { readonly value: unknown }>;
  /** By name: the lines of the streamed files. */
  readonly lines: Map<string, string[]>;
  /** By name: what was uploaded and announced by a message. */
  readonly files: Map<string, Buffer>;
  /** Of the last message that has one; a later message without makes the run a running one. */
  exitcode: number | null;
}

/** What goes wrong with a request. */
export type Fault =
  /** The connection is cut before the request counts, or after. */
  | 'cut before'
  | 'cut after'
  /** An answer with this status. */
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string };

export interface WandbServer {
  readonly url: string;
  /** By `entity/project/id`. */
  readonly runs: Map<string, StoredRun>;
  /** The kind of each request: upsert, create, put, stream. */
  readonly requests: string[];
  /** What a client must not do: lines that leave a gap, or differ from those that were sent before; unknown files. */
  readonly violations: string[];
  /** The only run. */
  run(): StoredRun;
  /** The lines of its history as objects. */
  history(): Record<string, unknown>[];
}

/**
 * A server on this machine that behaves as W&B's client expects: docs/wandb.md. It does not answer before it has stored
 * what was sent.
 *
 * @param faultOf what goes wrong with the request of this number, from 0
 */
export async function wandbServer(
  faultOf: (index: number, kind: string) => Fault | undefined = () => undefined,
): Promise<WandbServer> {
  const runs = new Map<string, StoredRun>();
  const requests: string[] = [];
  const violations: string[] = [];
  const uploads = new Map<string, { run: StoredRun; name: string }>();
  const stored = new Map<string, Buffer>();

  function answer(kind: string, url: string, body: Buffer): unknown {
    if (kind === 'put') {
      const upload = uploads.get(url);
      if (upload === undefined) throw new Refusal(403, 'the address has expired');
      stored.set(`${upload.name}`, body);
      return {};
    }
    const json = JSON.parse(body.toString('utf8'));
    if (kind === 'upsert') {
      const { entity, project, name, displayName, groupName, config } = json.variables;
      const path = `${entity ?? 'me'}/${project}/${name}`;
      const old = runs.get(path);
      const lines = old?.lines ?? new Map<string, string[]>();
      const files = old?.files ?? new Map<string, Buffer>();
      runs.set(path, {
        displayName,
        group: groupName ?? null,
        config: JSON.parse(config),
        lines,
        files,
        exitcode: old?.exitcode ?? null,
      });
      const bucket = { name, project: { name: project, entity: { name: entity ?? 'me' } } };
      return { data: { upsertBucket: { bucket } } };
    }
    if (kind === 'create') {
      const { entity, project, run, files } = json.variables;
      const found = runs.get(`${entity}/${project}/${run}`);
      if (found === undefined) return { data: null, errors: [{ message: 'run not found' }] };
      const created = files.map((name: string) => {
        const uploadUrl = `/storage/${uploads.size}?signature=1`;
        uploads.set(uploadUrl, { run: found, name });
        return { name, uploadUrl };
      });
      return { data: { createRunFiles: { uploadHeaders: ['Content-Type: image/png'], files: created } } };
    }
    const [, , entity, project, id] = url.split('/').map(decodeURIComponent);
    const run = runs.get(`${entity}/${project}/${id}`);
    if (run === undefined) throw new Refusal(404, 'run not found');
    for (const [name, { offset, content }] of Object.entries<{ offset: number; content: string[] }>(
      json.files ?? {},
    )) {
      store(run, name, offset, content);
    }
    for (const name of json.uploaded ?? []) {
      const bytes = stored.get(name);
      if (bytes === undefined) violations.push(`${name} is announced, but was not uploaded`);
      else run.files.set(name, bytes);
    }
    run.exitcode = json.complete ? json.exitcode : null;
    return { exitcode: null, limits: {} };
  }

  function store(run: StoredRun, name: string, offset: number, content: string[]): void {
    const lines = run.lines.get(name) ?? [];
    run.lines.set(name, lines);
    if (name === 'wandb-summary.json') {
      if (offset !== 0 || content.length !== 1) violations.push(`${name} has one line`);
      lines[0] = content[0]!;
      return;
    }
    if (!['wandb-history.jsonl', 'output.log'].includes(name)) violations.push(`unknown file ${name}`);
    if (offset > lines.length) violations.push(`${name} has ${lines.length} lines, and ${offset} follows`);
    content.forEach((line, index) => {
      const old = lines[offset + index];
      if (old !== undefined && old !== line)
        violations.push(`${name}:${offset + index} was ${old}, is ${line}`);
      lines[offset + index] = line;
    });
  }

  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    const kind = kindOf(request, body);
    const fault = faultOf(requests.length, kind);
    requests.push(kind);
    if (kind !== 'put' && request.headers.authorization !== basic(goodKey)) {
      return send(response, 401, { error: 'user is not logged in' });
    }
    if (kind === 'put' && request.headers.authorization !== undefined)
      violations.push('the storage gets the key');
    if (fault === 'cut before') return void response.destroy();
    if (typeof fault === 'object') {
      return void response.writeHead(fault.status, fault.headers).end(fault.body ?? 'busy');
    }
    try {
      const found = answer(kind, request.url ?? '', body);
      if (fault === 'cut after') response.destroy();
      else send(response, 200, found);
    } catch (error) {
      if (error instanceof Refusal) send(response, error.status, { error: error.message });
      else throw error;
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const only = () => {
    const [run, ...others] = runs.values();
    if (run === undefined || others.length > 0) throw new Error(`${runs.size} runs instead of one`);
    return run;
  };
  return {
    url: `http://127.0.0.1:${address.port}`,
    runs,
    requests,
    violations,
    run: only,
    history: () => (only().lines.get('wandb-history.jsonl') ?? []).map((line) => JSON.parse(line)),
  };
}

class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

function basic(key: string): string {
  return `Basic ${Buffer.from(`api:${key}`).toString('base64')}`;
}

function kindOf({ method, url = '' }: IncomingMessage, body: Buffer): string {
  if (method === 'PUT') return 'put';
  if (url.endsWith('/file_stream')) return 'stream';
  return body.includes('upsertBucket') ? 'upsert' : 'create';
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
