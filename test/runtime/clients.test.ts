import { NodeHttpHandler } from '@smithy/node-http-handler';
import { describe, expect, it } from 'vitest';
import { CALL_MAX_MS, createClients } from '../../shared/runtime/clients.ts';

const FUNCTION_TIMEOUT_MS = 30_000;

describe('the AWS clients', () => {
  it('give up well before the function does', () => {
    expect(CALL_MAX_MS).toBeLessThan(FUNCTION_TIMEOUT_MS / 2);
  });

  it.each(['dynamo', 'sqs', 'sns', 'scheduler'] as const)(
    'state every limit: %s',
    async (service) => {
      const made = createClients()[service];
      const client = typeof made === 'function' ? await made() : made;
      const handler = client.config.requestHandler;

      expect(await client.config.maxAttempts()).toBe(3);
      expect(handler).toBeInstanceOf(NodeHttpHandler);
      // The handler takes its options up with its first request.
      expect(await Reflect.get(handler, 'configProvider')).toMatchObject({
        connectionTimeout: 1_000,
        requestTimeout: 2_500,
        throwOnRequestTimeout: true,
      });
    },
  );

  it.each(['sqs', 'sns', 'scheduler'] as const)('are one per process: %s', async (service) => {
    const clients = createClients();

    const [first, second] = await Promise.all([clients[service](), clients[service]()]);

    expect(second).toBe(first);
  });
});
