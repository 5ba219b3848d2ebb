/**
 * Errors as one line for the terminal. Where AWS refused, the line names the permission that is
 * missing; where something is not there, it says where it was looked for. AWS's own words name who
 * asked for what, and no token is in a key, a name or a policy.
 */
import { actionOf } from './clients.ts';
import type { Target } from './target.ts';

const DENIED = /AccessDenied|UnauthorizedOperation|AuthorizationError|KmsAccessDenied/i;
const ASKED = /not authorized to perform: ([\w-]+:\w+)(?: on resource: (\S+))?/;
const MISSING = /^(ResourceNotFoundException|QueueDoesNotExist|NonExistentQueue)$/;
const NO_CREDENTIALS = /^(CredentialsProviderError|TokenProviderError)$/;
const NO_REGION = 'Region is missing';
const ID_CHARS_MAX = 80;

/** A consent's id as messages quote it. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > ID_CHARS_MAX ? `${text.slice(0, ID_CHARS_MAX)}…` : text);
}

export function errorLine(error: unknown, target: Target): string {
  if (!(error instanceof Error)) return String(error);
  const [line = ''] = error.message.split('\n', 1);
  if (DENIED.test(error.name)) return denied(error, line);
  if (NO_CREDENTIALS.test(error.name)) {
    return `no AWS credentials were found (${line}); expected those of a role of ${target.said}`;
  }
  if (line === NO_REGION) return `${line}; expected AWS_REGION, or a profile that names one`;
  if (MISSING.test(error.name)) {
    return `${target.said} lacks what ${actionOf(error)} asked for: deployed? right region?`;
  }
  // Where several addresses refused a connection, only the code says so.
  const said = line === '' && 'code' in error ? String(error.code) : line;
  if (/ECONNREFUSED/.test(said) && target.endpoint !== undefined) {
    return `nothing answers at ${target.endpoint}; expected the local AWS (npm start)`;
  }
  return error.name === 'Error' ? said : `${error.name}: ${said}`;
}

function denied(error: Error, line: string): string {
  const [, told, resource] = ASKED.exec(line) ?? [];
  const action = told ?? actionOf(error) ?? 'some permission';
  const where = resource === undefined ? '' : ` on ${resource}`;
  const producers = /sqs:SendMessage/i.test(action)
    ? '; only producers may send to bank-call-results'
    : '';
  return `access denied: ${action}${where} is missing (${error.name}: ${line})${producers}`;
}
