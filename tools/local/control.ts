/**
 * What a person or a test asks of the local AWS beside AWS itself, under `/_local/`: is it ready,
 * what time is it, move the clock, come to rest, show a consent. Bad input is one line that quotes
 * the value and says what was expected.
 */
import { type Answer, type AwsRequest, jsonAnswer } from './aws-request.ts';
import type { Move } from './clock-move.ts';
import { type Read, readDuration, readInstant } from './instant-text.ts';

export interface Controlled {
  /** The virtual clock, in ms. */
  readonly now: () => number;
  readonly move: (target: number) => Promise<Move>;
  /** What is still in flight after waiting for rest. */
  readonly settle: () => Promise<readonly string[]>;
  readonly consent: (consentId: string) => Promise<unknown | undefined>;
}

const CONSENTS = '/_local/consents/';
const ROUTES =
  'GET /_local/health, GET /_local/clock, POST /_local/clock, POST /_local/settle, ' +
  'GET /_local/consents/<id>';

/** Answers one request under `/_local/`; `local` is missing while the local AWS starts. */
export async function answerControl(
  local: Controlled | undefined,
  request: AwsRequest,
): Promise<Answer> {
  const [path = ''] = request.target.split('?');
  const asked = `${request.method} ${path}`;
  if (local === undefined) return jsonAnswer(503, { status: 'starting' });

  if (asked === 'GET /_local/health') return jsonAnswer(200, { status: 'ready' });
  if (asked === 'GET /_local/clock') return jsonAnswer(200, { now: iso(local.now()) });
  if (asked === 'POST /_local/clock') return moveClock(local, request.body);
  if (asked === 'POST /_local/settle') {
    const inFlight = await local.settle();
    return jsonAnswer(inFlight.length === 0 ? 200 : 504, {
      settled: inFlight.length === 0,
      inFlight,
    });
  }
  if (asked.startsWith(`GET ${CONSENTS}`)) return showConsent(local, path.slice(CONSENTS.length));
  return failure(404, `${asked} is unknown; known: ${ROUTES}`);
}

async function moveClock(local: Controlled, body: string): Promise<Answer> {
  const target = readTarget(local, body);
  if (target.kind === 'unreadable') return failure(400, target.why);

  const move = await local.move(target.ms);
  switch (move.kind) {
    case 'moved':
      return jsonAnswer(200, { now: iso(move.now), fired: move.fired });
    case 'refused':
      return failure(400, move.why);
    case 'busy':
      return failure(409, move.why);
    case 'stuck':
      return failure(504, move.why);
  }
}

function readTarget(local: Controlled, body: string): Read {
  const asked = fieldsOf(body);
  const [[name, value] = [], ...others] = asked ?? [];
  if (others.length > 0 || (name !== 'advance' && name !== 'to')) {
    const why = 'expected a JSON object, {"advance": "PT24H"} or {"to": "2027-03-28T22:20:00Z"}';
    return { kind: 'unreadable', why };
  }
  if (name === 'to') return labelled('to', readInstant(value));

  const duration = labelled('advance', readDuration(value));
  return duration.kind === 'ms' ? { kind: 'ms', ms: local.now() + duration.ms } : duration;
}

function fieldsOf(body: string): readonly [string, unknown][] | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? Object.entries(value) : undefined;
  } catch {
    return undefined;
  }
}

function labelled(field: string, read: Read): Read {
  return read.kind === 'ms' ? read : { kind: 'unreadable', why: `${field}: ${read.why}` };
}

async function showConsent(local: Controlled, encoded: string): Promise<Answer> {
  let consentId: string;
  try {
    consentId = decodeURIComponent(encoded);
  } catch {
    return failure(400, `"${encoded}" is not percent-encoded UTF-8; expected a consent's id`);
  }
  if (consentId === '') return failure(400, 'expected a consent id after /_local/consents/');

  const shown = await local.consent(consentId);
  return shown === undefined
    ? failure(404, `consent "${consentId}" is unknown: no message about it has been judged`)
    : jsonAnswer(200, shown);
}

function failure(status: number, error: string): Answer {
  return jsonAnswer(status, { error });
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
