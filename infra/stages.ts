/**
 * The stages of our own deployment as data, and the context that completes one. Whatever is wrong
 * or missing there is one line that says what was expected.
 */

const NAMES = ['dev', 'prod'] as const;

export type StageName = (typeof NAMES)[number];

export interface Stage {
  readonly name: StageName;
  /** ARNs of the roles and users that may send results. */
  readonly producers: readonly string[];
  /** Who is written to when an alarm goes off. */
  readonly alarmEmail?: string;
  /** Deleting the stage leaves its data where it is. */
  readonly keepsData: boolean;
  /** Days that the functions' logs are kept. */
  readonly logsKept: 30 | 180;
}

interface Kind {
  readonly keepsData: boolean;
  readonly logsKept: 30 | 180;
  /** Context without which this stage is not deployed. */
  readonly needs: readonly ('producers' | 'alarmEmail')[];
}

const KINDS = {
  dev: { keepsData: false, logsKept: 30, needs: [] },
  prod: { keepsData: true, logsKept: 180, needs: ['producers', 'alarmEmail'] },
} as const satisfies Record<StageName, Kind>;

const EXPECTED = {
  producers: '-c producers=ARN[,ARN…], the roles or users that may send results',
  alarmEmail: '-c alarmEmail=ADDRESS, who is written to when an alarm goes off',
} as const;

const PRODUCER = /^arn:aws[a-z-]*:iam::\d{12}:(role|user)\/[\w+=,.@/-]+$/;
const EMAIL = /^[^\s@]+@[^\s@]+$/;

/** Throws one line on the first thing that is wrong. `context` is what the CDK was given. */
export function readStage(context: (name: string) => unknown): Stage {
  const name = readName(context('stage'));
  const producers = readProducers(context('producers'));
  const alarmEmail = readEmail(context('alarmEmail'));
  const { needs, ...kind }: Kind = KINDS[name];
  const given = { producers: producers[0], alarmEmail };
  const missing = needs.find((one) => given[one] === undefined);
  if (missing !== undefined) {
    throw new Error(`stage "${name}" lacks context "${missing}"; expected ${EXPECTED[missing]}`);
  }
  return { ...kind, name, producers, ...(alarmEmail === undefined ? {} : { alarmEmail }) };
}

function readName(given: unknown): StageName {
  const name = NAMES.find((one) => one === given);
  if (name !== undefined) return name;
  const said = given === undefined ? 'no stage is named' : `stage ${quoted(given)} is unknown`;
  throw new Error(`${said}; expected -c stage=NAME, one of: ${NAMES.join(', ')}`);
}

function readProducers(given: unknown): readonly string[] {
  if (given === undefined || given === '') return [];
  return typeof given === 'string' ? given.split(',').map(readProducer) : [readProducer(given)];
}

function readProducer(arn: unknown): string {
  if (typeof arn === 'string' && PRODUCER.test(arn)) return arn;
  throw new Error(
    `producer ${quoted(arn)} is refused; expected arn:aws:iam::<account>:role/<name> or ` +
      'arn:aws:iam::<account>:user/<name>',
  );
}

function readEmail(given: unknown): string | undefined {
  if (given === undefined || given === '') return undefined;
  if (typeof given === 'string' && EMAIL.test(given)) return given;
  throw new Error(`alarmEmail ${quoted(given)} is refused; expected an e-mail address`);
}

function quoted(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
