import { messageOf, WorkbenchError } from '../errors/errors.ts';
import { quoted } from '../errors/quoted.ts';
import { isList, isNullable, isObject, isPlainObject, isString } from '../guards/guards.ts';
import { type RetryOptions, retry, retryAfterOf, TransientError } from './retry.ts';

/** The part of W&B's protocol that a mirror needs; docs/wandb.md describes it. */
export interface WandbClient {
  /** Creates the run, or updates it; returns where it is. */
  upsertRun(run: RunUpsert): Promise<RunAddress>;
  /** Uploads a file of a run; replaces one of the same name. */
  uploadFile(run: RunAddress, file: { readonly name: string; readonly bytes: Buffer }): Promise<void>;
  /** Sends lines of files of the run. An empty message shows that the run is alive. */
  stream(run: RunAddress, message: StreamMessage): Promise<void>;
}

export interface RunUpsert {
  /** Null: the default entity of the key. */
  readonly entity: string | null;
  readonly project: string;
  readonly id: string;
  readonly displayName: string;
  readonly group: string | null;
  readonly config: Record<string, unknown>;
}

export interface RunAddress {
  readonly entity: string;
  readonly project: string;
  readonly id: string;
}

export interface StreamMessage {
  /** By name: lines, and the number of the first. */
  readonly files?: Readonly<Record<string, { readonly offset: number; readonly content: readonly string[] }>>;
  /** Names of files that were uploaded since the last message. */
  readonly uploaded?: readonly string[];
  /** The run has ended. */
  readonly complete?: true;
  readonly exitcode?: number;
}

/** Milliseconds for a request. */
const timeout = 180_000;

const upsertRun = `mutation UpsertBucket(
  $entity: String, $project: String, $name: String, $displayName: String, $groupName: String, $config: JSONString
) {
  upsertBucket(input: {
    entityName: $entity, modelName: $project, name: $name, displayName: $displayName, groupName: $groupName, config: $config
  }) {
    bucket { name project { name entity { name } } }
  }
}`;

const isUpserted = isObject({
  upsertBucket: isObject({
    bucket: isObject({
      name: isString,
      project: isObject({ name: isString, entity: isObject({ name: isString }) }),
    }),
  }),
});

const createFiles = `mutation CreateRunFiles($entity: String!, $project: String!, $run: String!, $files: [String!]!) {
  createRunFiles(input: { entityName: $entity, projectName: $project, runName: $run, files: $files }) {
    uploadHeaders
    files { name uploadUrl }
  }
}`;

const isCreated = isObject({
  createRunFiles: isObject({
    uploadHeaders: isList(isString),
    files: isList(isObject({ name: isString, uploadUrl: isNullable(isString) })),
  }),
});

/** The address of a file expires; after so many refusals that is not the cause. */
const mostRefusals = 3;

export function createWandbClient(server: string, key: string, options: RetryOptions): WandbClient {
  const authorization = `Basic ${Buffer.from(`api:${key}`).toString('base64')}`;

  async function send(url: string, init: RequestInit): Promise<{ status: number; text: string }> {
    try {
      const signal = AbortSignal.any([options.signal, AbortSignal.timeout(timeout)]);
      const response = await fetch(url, { ...init, signal });
      const text = await response.text();
      const { status } = response;
      if (isTransient(status)) {
        const wait = retryAfterOf(response.headers.get('retry-after'), Date.now());
        throw new TransientError(`${new URL(url).host} answered ${status}${reasonIn(text)}`, wait);
      }
      return { status, text };
    } catch (error) {
      if (error instanceof TransientError) throw error;
      const { host, hostname, port } = new URL(url);
      if (isBadPort(error)) {
        throw new WorkbenchError(
          'usage',
          `Port ${port} of ${hostname} belongs to another service, so Node.js sends nothing there. Check --url or WANDB_BASE_URL.`,
        );
      }
      throw new TransientError(causeOf(error, host) + proxyHint(process.env));
    }
  }

  async function post(path: string, body: unknown): Promise<unknown> {
    const { status, text } = await send(`${server}/${path}`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json', 'user-agent': 'esrgan-workbench' },
      body: JSON.stringify(body),
    });
    if (status >= 300) throw refusal(status, text);
    return parseJson(text);
  }

  async function query<T>(
    text: string,
    variables: unknown,
    isAnswer: (data: unknown) => data is T,
  ): Promise<T> {
    const answer = await post('graphql', { query: text, variables });
    const { data, errors } = isPlainObject(answer) ? answer : { data: undefined, errors: undefined };
    if (isAnswer(data)) return data;
    throw new WorkbenchError('data', `${server} does not accept the run: ${errorsText(errors)}. ${remedies}`);
  }

  function refusal(status: number, text: string): WorkbenchError {
    const answer = `${server} answered ${status}${reasonIn(text)}`;
    if (status === 401 || status === 403) {
      return new WorkbenchError(
        'data',
        `${answer}. Check the key (WANDB_API_KEY, or the netrc file), and whether it may write to this entity and project.`,
      );
    }
    return new WorkbenchError('data', `${answer}. ${remedies}`);
  }

  return {
    async upsertRun({ entity, project, id, displayName, group, config }) {
      const variables = {
        entity,
        project,
        name: id,
        displayName,
        groupName: group,
        config: JSON.stringify(config),
      };
      const { bucket } = (await retry(() => query(upsertRun, variables, isUpserted), options)).upsertBucket;
      return { entity: bucket.project.entity.name, project: bucket.project.name, id: bucket.name };
    },
    async uploadFile({ entity, project, id }, { name, bytes }) {
      const variables = { entity, project, run: id, files: [name] };
      for (let refusals = 1; ; refusals++) {
        const created = await retry(() => query(createFiles, variables, isCreated), options);
        const { files, uploadHeaders } = created.createRunFiles;
        const address = files[0]?.uploadUrl;
        // W&B has a file of this content.
        if (!address) return;
        const url = new URL(address, `${server}/`).href;
        const headers = Object.fromEntries(uploadHeaders.map(splitHeader));
        const { status, text } = await retry(
          () => send(url, { method: 'PUT', headers, body: bytes }),
          options,
        );
        if (status < 300) return;
        if (refusals < mostRefusals) continue;
        const reason = `the storage answered ${status}${reasonIn(text)} to ${name}`;
        throw new WorkbenchError('data', `W&B does not accept an image: ${reason}. ${remedies}`);
      }
    },
    async stream({ entity, project, id }, message) {
      const path = ['files', entity, project, id, 'file_stream'].map(encodeURIComponent).join('/');
      await retry(() => post(path, message), options);
    },
  };
}

const remedies =
  'If the run was deleted in W&B, delete the folder `mirror` in the run directory to upload it as a new run; otherwise check the address, --project and --entity.';

/** As W&B's client, but a client error other than these is never repeated. */
function isTransient(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || (status >= 500 && status !== 501);
}

/** Whether `fetch` refuses the port, as browsers do. */
function isBadPort(error: unknown): boolean {
  return error instanceof Error && messageOf(error.cause) === 'bad port';
}

/** Why a proxy of the environment is not used; empty if it is, or there is none. */
export function proxyHint(environment: NodeJS.ProcessEnv, version = process.versions.node): string {
  const { HTTPS_PROXY, https_proxy, NODE_USE_ENV_PROXY, NODE_OPTIONS = '' } = environment;
  if (!(HTTPS_PROXY || https_proxy)) return '';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isAble = major >= 24 || (major === 22 && minor >= 21);
  if (!isAble) {
    return `; Node.js ${version} does not use HTTPS_PROXY: use 24 or later, or 22.21, with NODE_USE_ENV_PROXY=1`;
  }
  const isUsed = NODE_USE_ENV_PROXY === '1' || NODE_OPTIONS.includes('--use-env-proxy');
  return isUsed ? '' : '; Node.js uses HTTPS_PROXY only with NODE_USE_ENV_PROXY=1';
}

function causeOf(error: unknown, host: string): string {
  const { cause } = error instanceof Error ? error : { cause: undefined };
  if (error instanceof Error && error.name === 'TimeoutError') return `${host} did not answer in time`;
  return `${host} cannot be reached (${messageOf(cause ?? error)})`;
}

function splitHeader(line: string): [string, string] {
  const [name = '', ...value] = line.split(':');
  return [name.trim(), value.join(':').trim()];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What a server says in its answer, in brackets. */
function reasonIn(text: string): string {
  const answer = parseJson(text);
  if (!isPlainObject(answer)) return '';
  if (typeof answer.error === 'string') return ` (${quoted(answer.error)})`;
  return answer.errors === undefined ? '' : ` (${errorsText(answer.errors)})`;
}

function errorsText(errors: unknown): string {
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  return isPlainObject(first) ? quoted(first.message) : 'its answer is not one of W&B';
}
