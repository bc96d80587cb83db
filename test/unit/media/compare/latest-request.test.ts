import { expect, test } from 'vitest';
import { LatestRequest } from '../../../../media/compare/latest-request.ts';

/** A `LatestRequest` that the test answers. */
function scripted() {
  const log: string[] = [];
  const open = new Map<number, { resolve(value: string): void; reject(error: Error): void }>();
  const latest = new LatestRequest<number, string>(
    (params) => {
      log.push(`request ${params}`);
      return new Promise((resolve, reject) => open.set(params, { resolve, reject }));
    },
    (result, params) => log.push(`${params} is ${result}`),
    (error) => log.push(String(error)),
  );
  const settle = async (action: () => void) => {
    action();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    log,
    request: (params: number) => settle(() => void latest.request(params)),
    answer: (params: number) => settle(() => open.get(params)?.resolve(`answer ${params}`)),
    fail: (params: number) => settle(() => open.get(params)?.reject(new Error(`no ${params}`))),
  };
}

test('sends only the latest of the requests that were made while one was open', async () => {
  const { log, request, answer } = scripted();
  await request(1);
  await request(2);
  await request(3);
  expect(log).toEqual(['request 1']);
  await answer(1);
  expect(log).toEqual(['request 1', '1 is answer 1', 'request 3']);
  await answer(3);
  await request(4);
  expect(log.slice(3)).toEqual(['3 is answer 3', 'request 4']);
});

test('reports a failure unless a newer request was made', async () => {
  const { log, request, fail } = scripted();
  await request(1);
  await request(2);
  await fail(1);
  await fail(2);
  await request(3);
  expect(log).toEqual(['request 1', 'request 2', 'Error: no 2', 'request 3']);
});
