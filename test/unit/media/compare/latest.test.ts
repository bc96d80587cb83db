import { expect, test } from 'vitest';
import { Latest } from '../../../../media/compare/latest.ts';

/** A `Latest` whose questions a test answers by hand. */
function scripted() {
  const log: string[] = [];
  const open = new Map<number, { resolve(value: string): void; reject(error: Error): void }>();
  const latest = new Latest<number, string>(
    (question) => {
      log.push(`ask ${question}`);
      return new Promise((resolve, reject) => open.set(question, { resolve, reject }));
    },
    (answer, question) => log.push(`${question} is ${answer}`),
    (error) => log.push(String(error)),
  );
  const settle = async (action: () => void) => {
    action();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    log,
    ask: (question: number) => settle(() => void latest.ask(question)),
    answer: (question: number) => settle(() => open.get(question)?.resolve(`answer ${question}`)),
    fail: (question: number) => settle(() => open.get(question)?.reject(new Error(`no ${question}`))),
  };
}

test('of questions that come while one is asked, the latest is asked next', async () => {
  const { log, ask, answer } = scripted();
  await ask(1);
  await ask(2);
  await ask(3);
  expect(log).toEqual(['ask 1']);
  await answer(1);
  expect(log).toEqual(['ask 1', '1 is answer 1', 'ask 3']);
  await answer(3);
  await ask(4);
  expect(log.slice(3)).toEqual(['3 is answer 3', 'ask 4']);
});

test('a failure is told, unless something newer is asked', async () => {
  const { log, ask, fail } = scripted();
  await ask(1);
  await ask(2);
  await fail(1);
  await fail(2);
  await ask(3);
  expect(log).toEqual(['ask 1', 'ask 2', 'Error: no 2', 'ask 3']);
});
