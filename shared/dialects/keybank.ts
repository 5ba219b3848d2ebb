/**
 * KeyBank (001): HTTP statuses carry the meaning; some APIs add `responseHeader.status` S, W or F.
 * A body can only make the answer worse than the status says. There is no word for a consent, so
 * nothing is ever a strike. `ServiceError` differs by API and stays opaque, but for `connectError`.
 */
import { at } from './body.ts';
import type { Dialect, Row } from './dialect.ts';
import { codeIn, exactRow, rowOfStatus, tableOf, UNKNOWN_STATUS } from './table.ts';
import { dialectOf } from './translate.ts';

const STATUSES = '001, Code table';
const MESSAGES = '001, Status messages';

const FAILED: Row = {
  match: 'responseHeader.status F',
  category: 'BANK.TECHNICAL',
  source: MESSAGES,
};
const CONNECT_ERROR: Row = {
  match: 'ServiceError.connectError',
  category: 'BANK.TECHNICAL',
  source: '001, Exception schema',
};

const ROWS: readonly Row[] = [
  { match: 'responseHeader.status S', category: 'OK', source: MESSAGES },
  { match: 'responseHeader.status W', category: 'OK.WARNING', source: MESSAGES },
  FAILED,
  CONNECT_ERROR,
  { match: 'status 200', category: 'OK', source: STATUSES },
  { match: 'status 299', category: 'OK.WARNING', source: MESSAGES },
  { match: 'status 2xx', category: 'OK.WARNING', source: 'ours' },
  { match: 'status 400', category: 'REQUEST', source: STATUSES },
  { match: 'status 401', category: 'CREDENTIAL', source: STATUSES },
  { match: 'status 403', category: 'CREDENTIAL', source: STATUSES },
  {
    match: 'status 404',
    category: 'REQUEST',
    onAccount: 'CONSENT.RESOURCE_NOT_GRANTED',
    source: STATUSES,
  },
  { match: 'status 405', category: 'REQUEST', source: STATUSES },
  { match: 'status 415', category: 'REQUEST', source: STATUSES },
  { match: 'status 429', category: 'RATE_LIMIT', source: STATUSES },
  { match: 'status 500', category: 'TECHNICAL', source: STATUSES },
  { match: 'status 502', category: 'BANK.TECHNICAL', source: STATUSES },
  { match: 'status 503', category: 'MAINTENANCE.BANK', source: STATUSES },
  { match: 'status 504', category: 'BANK.API_TIMEOUT', source: STATUSES },
  UNKNOWN_STATUS,
];

const TABLE = tableOf(ROWS);

export const keybank: Dialect = dialectOf({
  provider: 'keybank',
  rows: ROWS,
  rowFor,
  tokensIn: () => ({}),
  correlationFields: ['X-CorrelationId', 'TransactionId', 'TransactionTime'],
});

function rowFor(status: number, body: unknown): Row {
  if (status >= 500 && status < 600 && isGiven(at(body, 'ServiceError', 'connectError'))) {
    return CONNECT_ERROR;
  }
  const byStatus = rowOfStatus(TABLE, status);
  const said = codeIn(at(body, 'responseHeader', 'status'));
  const bySaid =
    said === undefined ? undefined : exactRow(TABLE, `responseHeader.status ${said.trim()}`);

  // An F beside an HTTP error adds nothing: the status says more.
  if (bySaid === FAILED && status >= 200 && status < 400) return FAILED;
  return byStatus.category === 'OK' ? (bySaid ?? byStatus) : byStatus;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}
