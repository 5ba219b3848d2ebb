/**
 * How the queue of requests delivers. It is longer hidden than a caller's turn of 180 seconds
 * lasts, so few receives suffice; a request is of no use to anybody after a day.
 */
export const REQUEST_VISIBILITY_SECONDS = 200;
export const REQUEST_RECEIVES_MAX = 5;
export const REQUESTS_KEPT_SECONDS = 86_400;
