/**
 * JSON log lines of named fields and nothing else. A field that is not on the list, an object, an
 * error's message or its stack never reaches the log, so what somebody logs by mistake is no leak.
 * Messages are our own fixed sentences.
 */
import { LogFormatter, Logger, LogItem } from '@aws-lambda-powertools/logger';
import type { LogAttributes, UnformattedAttributes } from '@aws-lambda-powertools/logger/types';
import { Failure } from './failure.ts';

const VALUE_CHARS_MAX = 256;
const VALUES_MAX = 64;
const CAUSES_MAX = 4;
const ERROR_NAME = /^[A-Za-z][A-Za-z0-9_.]{0,63}$/;
const ERROR_FIELDS = ['errorName', 'errorCode', 'awsError', 'causeName'] as const;

export interface Log {
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  /** Of the error: its name, our code, the name AWS gave it, and its first cause's name. */
  error(message: string, error: unknown, fields?: object): void;
}

function plain(value: unknown): string | number | boolean | undefined {
  if (typeof value === 'string') return value.slice(0, VALUE_CHARS_MAX);
  return typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}

function printable(value: unknown): unknown {
  if (!Array.isArray(value)) return plain(value);
  return value.slice(0, VALUES_MAX).flatMap((item) => plain(item) ?? []);
}

// A class, for that is how Powertools takes a formatter.
class NamedFields extends LogFormatter {
  readonly #names: readonly string[];

  constructor(names: readonly string[]) {
    super();
    this.#names = names;
  }

  formatAttributes(line: UnformattedAttributes, fields: LogAttributes): LogItem {
    const named = this.#names.map((name) => [name, printable(fields[name])] as const);
    return new LogItem({
      attributes: {
        level: line.logLevel,
        timestamp: this.formatTimestamp(line.timestamp),
        service: line.serviceName,
        message: line.message,
        ...Object.fromEntries(named.filter(([, value]) => value !== undefined)),
      },
    });
  }
}

function nameOf(error: Error): string {
  return ERROR_NAME.test(error.name) ? error.name : 'Error';
}

/** What may be said of an error: at most four names, looked for along its causes. */
export function errorFields(error: unknown): Readonly<Record<string, string>> {
  if (!(error instanceof Error)) return { errorName: typeof error };

  const fields: Record<string, string> = { errorName: nameOf(error) };
  let cause: unknown = error;
  for (let depth = 0; depth < CAUSES_MAX && cause instanceof Error; depth += 1) {
    if (cause instanceof Failure) fields.errorCode ??= cause.code;
    if (Object.hasOwn(cause, '$metadata')) fields.awsError ??= nameOf(cause);
    if (cause !== error) fields.causeName = nameOf(cause);
    cause = cause.cause;
  }
  return fields;
}

/** `names` are the fields that may be logged. Logging never throws. */
export function createLog(service: string, names: readonly string[]): Log {
  const logger = new Logger({
    serviceName: service,
    logLevel: 'INFO',
    logFormatter: new NamedFields([...names, ...ERROR_FIELDS]),
  });
  return {
    info: (message, fields) => logger.info(message, { ...fields }),
    warn: (message, fields) => logger.warn(message, { ...fields }),
    error: (message, error, fields) => logger.error(message, { ...fields, ...errorFields(error) }),
  };
}
