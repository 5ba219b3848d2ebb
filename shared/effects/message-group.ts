/**
 * The name of an SQS message group. SQS takes 1 to 128 visible ASCII characters; a name that it
 * would refuse is hashed, so one name always means one group.
 */
import { createHash } from 'node:crypto';

const TAKEN_BY_SQS = /^[\x21-\x7E]{1,128}$/;

export function messageGroupOf(name: string): string {
  if (TAKEN_BY_SQS.test(name)) return name;
  return createHash('sha256').update(name, 'utf8').digest('base64url');
}
