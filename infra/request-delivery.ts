/**
 * How the queue of requests delivers. A caller has the bank's own 130 seconds and some to report,
 * so few receives suffice; a request is of no use to anybody after a day.
 */
export const REQUEST_VISIBILITY_SECONDS = 150;
export const REQUEST_RECEIVES_MAX = 5;
export const REQUESTS_KEPT_SECONDS = 86_400;
