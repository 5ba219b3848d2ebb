/**
 * What others need to find: every queue, topic, the table, the schedule group and the key, as an
 * output of the stack and as the SSM parameter `/consent-lifecycle/<stage>/<plain name>`. Queues by
 * their URL, topics and key by their ARN, the rest by name: what the SDK of each asks for.
 */
import { CfnOutput } from 'aws-cdk-lib';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { ConsentState } from './state.ts';

export class PublishedNames extends Construct {
  constructor(scope: Construct, id: string, state: ConsentState) {
    super(scope, id);
    for (const [name, value] of Object.entries(publishedOf(state))) {
      const construct = idOf(name);
      new CfnOutput(this, `${construct}Output`, { value }).overrideLogicalId(construct);
      new StringParameter(this, construct, {
        parameterName: `/consent-lifecycle/${state.stage}/${name}`,
        description: `${name} of the consent lifecycle worker`,
        stringValue: value,
      });
    }
  }
}

function publishedOf(state: ConsentState): Readonly<Record<string, string>> {
  const { queues, table, reConsent, consentNotices, scheduleGroup, key } = state;
  return {
    'bank-call-results': queues.bankCallResults.queueUrl,
    'bank-call-results-dlq': queues.bankCallResultsDlq.queueUrl,
    'bank-call-requests.fifo': queues.bankCallRequests.queueUrl,
    'bank-call-requests-dlq.fifo': queues.bankCallRequestsDlq.queueUrl,
    'due-timers': queues.dueTimers.queueUrl,
    'due-timers-dlq': queues.dueTimersDlq.queueUrl,
    'scheduler-dlq': queues.schedulerDlq.queueUrl,
    're-consent': reConsent.topicArn,
    'consent-notices': consentNotices.topicArn,
    consents: table.tableName,
    'consent-lifecycle': scheduleGroup.scheduleGroupName,
    key: key.keyArn,
  };
}

/** `bank-call-requests-dlq.fifo` is `BankCallRequestsDlqFifo`. */
function idOf(name: string): string {
  return name.replaceAll(/(?:^|[-.])([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
