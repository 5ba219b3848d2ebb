/**
 * Many serialisers write `null` for what is not there. For the optional fields of a message that is
 * the same; only a `response` that is `null` says something: that none arrived.
 */

type Fields = Readonly<Record<string, unknown>>;

/** The message without its null fields. What is no message stays as it is. Never throws. */
export function withoutNulls(json: unknown): unknown {
  const message = dropNulls(json);
  if (!isFields(message) || !isFields(message.data)) return message;

  const { response, ...rest } = message.data;
  const data = Object.entries(dropNulls(rest)).map(([name, value]) =>
    name === 'bank' || name === 'call' ? [name, dropNulls(value)] : [name, value],
  );
  const kept = 'response' in message.data && { response: withoutNullHeaders(response) };
  return { ...message, data: { ...Object.fromEntries(data), ...kept } };
}

/** A body that is null is what the bank sent. */
function withoutNullHeaders(response: unknown): unknown {
  if (!isFields(response)) return response;
  const { headers, ...rest } = response;
  return headers === null ? rest : { ...response, headers: dropNulls(headers) };
}

function dropNulls<Value>(value: Value): Value | Fields {
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== null));
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
