/** The queues of the local AWS keep SQS's contract. */
import { SQSClient } from '@aws-sdk/client-sqs';
import { startScriptedAws } from '../support/scripted-aws.ts';
import { queueContract } from './queue.contract.ts';

queueContract('the local AWS', async () => {
  const local = await startScriptedAws();
  const client = new SQSClient(local.client);
  return {
    client,
    stop: async () => {
      client.destroy();
      await local.stop();
    },
  };
});
