/**
 * What the API refuses, under the names and HTTP statuses that the SDKs know. Actions throw a
 * `Refusal`; the HTTP surface turns it into an answer, and anything else is a fault of ours.
 */
const STATUSES = {
  ConflictException: 409,
  ResourceNotFoundException: 404,
  SerializationException: 400,
  ServiceQuotaExceededException: 402,
  UnknownOperationException: 400,
  ValidationException: 400,
} as const;

export class Refusal extends Error {
  readonly code: keyof typeof STATUSES;

  constructor(code: keyof typeof STATUSES, message: string) {
    super(message);
    this.code = code;
  }

  get status(): number {
    return STATUSES[this.code];
  }
}

export function invalid(message: string): Refusal {
  return new Refusal('ValidationException', message);
}
