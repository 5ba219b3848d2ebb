/**
 * The one key that encrypts the table, the queues and the topics of notices. Its policy opens it to
 * the producers and to SNS, which uses it in nobody's name; everybody else needs it in their own
 * IAM policy.
 */
import { Duration, Stack } from 'aws-cdk-lib';
import { ArnPrincipal, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { deployedName } from './deployed-name.ts';
import { topicArn } from './names.ts';

/** What it takes to send to an encrypted queue, or to publish to an encrypted topic. */
export const ENCRYPTS: readonly string[] = ['kms:GenerateDataKey', 'kms:Decrypt'];

/** The shortest that KMS allows. */
const PENDING_DAYS = 7;

export interface ConsentKeyProps {
  readonly stage: string;
  readonly producers: readonly string[];
}

export class ConsentKey extends Key {
  constructor(scope: Construct, id: string, props: ConsentKeyProps) {
    const { stage, producers } = props;
    super(scope, id, {
      alias: deployedName(stage, 'consent-lifecycle'),
      description: `Consents, their messages and notices (${stage})`,
      enableKeyRotation: true,
      pendingWindow: Duration.days(PENDING_DAYS),
    });
    const { account, region } = Stack.of(this);
    const use = (sid: string, rest: ConstructorParameters<typeof PolicyStatement>[0]) =>
      this.addToResourcePolicy(
        // In a key's own policy `*` is this key: there is no other way to name it.
        new PolicyStatement({ sid, actions: [...ENCRYPTS], resources: ['*'], ...rest }),
      );
    if (producers.length > 0) {
      use('ProducersThroughSqs', {
        principals: producers.map((arn) => new ArnPrincipal(arn)),
        conditions: { StringEquals: { 'kms:ViaService': `sqs.${region}.amazonaws.com` } },
      });
    }
    // SNS delivers to a subscriber's queue in its own name; such a queue may have this key too.
    use('TopicsToSubscribers', {
      principals: [new ServicePrincipal('sns.amazonaws.com')],
      conditions: {
        StringEquals: { 'aws:SourceAccount': account },
        ArnEquals: {
          'aws:SourceArn': [
            topicArn(this, stage, 're-consent'),
            topicArn(this, stage, 'consent-notices'),
          ],
        },
      },
    });
  }
}
