/**
 * Reads a body that may be anything: parsed JSON, JSON in a string, HTML, nothing. Looks only at
 * the paths it is asked for, so neither depth nor size of the rest matters, and never throws.
 */

/** A string that is JSON is parsed, once; anything else is returned as it is. */
export function readBody(body: unknown): unknown {
  if (typeof body !== 'string') return body;
  try {
    // `trim` also removes a byte order mark, which JSON.parse would refuse.
    return JSON.parse(body.trim());
  } catch {
    return body;
  }
}

/** The own value at `path`, or undefined where there is none. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce(
    (inner, name) =>
      typeof inner === 'object' && inner !== null
        ? Object.getOwnPropertyDescriptor(inner, name)?.value
        : undefined,
    value,
  );
}

/** A string with something in it, as it came; undefined for anything else. */
export function textIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
