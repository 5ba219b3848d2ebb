/**
 * Refuses an action to everybody but a few. Within one account a right in the caller's own policy
 * is enough to act, and only a refusal in the resource's policy outweighs it.
 */
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';

/** `but`: ARNs of roles and users. */
export function nobodyElse(
  action: string,
  resource: string,
  but: readonly string[],
): PolicyStatement {
  return new PolicyStatement({
    sid: 'NobodyElse',
    effect: Effect.DENY,
    principals: [new AnyPrincipal()],
    actions: [action],
    resources: [resource],
    conditions: { ArnNotEquals: { 'aws:PrincipalArn': [...but] } },
  });
}
