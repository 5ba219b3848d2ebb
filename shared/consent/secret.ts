/**
 * A value that must not travel: it prints as `[redacted]` however it is printed, so a token that
 * slips into a log line, an error or a JSON body is no leak. `reveal` is the one way to the value,
 * and easy to search for. (rule 18)
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. Only the store and the caller's own request may need it. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[redacted]';
  }

  toJSON(): string {
    return '[redacted]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[redacted]';
  }
}

/** A bank credential and the fingerprint by which it may be named: `sha256:` + base64url. */
export interface Token {
  readonly secret: Secret;
  readonly fingerprint: string;
}

/** A token once seen: the first characters of its fingerprint, and the life it belonged to. */
export interface Ancestor {
  readonly print: string;
  readonly generation: number;
  /** It was the latest when an end wiped it: whoever brings it again may bring it back. */
  readonly wiped?: true;
}
