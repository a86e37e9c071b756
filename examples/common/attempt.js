// Retry what a switch of the primary makes fail for some seconds, for a bounded time.
'use strict';

const { setTimeout: sleep } = require('node:timers/promises');

// The server has refused the command without doing it: repeating it is safe, whatever it is.
const REFUSED = [
  /^READONLY/, // connected to a replica: the primary of a moment ago
  /^NOREPLICAS/, // min-replicas-to-write: the primary has no replica that would get the write
  /^LOADING/, // the server has just started
  /^MASTERDOWN/,
  /^CLUSTERDOWN/,
  /^TRYAGAIN/,
  /^UNBLOCKED/,
];

/** Milliseconds before attempt number 1, 2, ...: doubled each time, bounded, and each client at a moment of its own. */
function backOff(number, { first = 20, longest = 500 } = {}) {
  const bound = Math.min(longest, first * 2 ** (number - 1));
  return bound / 2 + Math.random() * (bound / 2);
}

// A word in capitals begins what a server says; everything else comes from the client or the network.
const isReply = (error) => /^[A-Z]{2,} /.test(error.message);
const isRefused = (error) => REFUSED.some((pattern) => pattern.test(error.message));
// The client has had no connection to send the command on.
const isUnsent = (error) => /enableOfflineQueue|client is (closed|offline)|ECONNREFUSED/i.test(error.message);

/** Wait for one try, no longer than `timeout` milliseconds: for clients that set no such limit themselves. */
async function bounded(operation, timeout) {
  if (timeout === undefined) return operation();
  const over = new AbortController();
  const late = sleep(timeout, undefined, { signal: over.signal }).then(() => {
    throw new Error(`no answer in ${timeout} ms`);
  });
  try {
    return await Promise.race([operation(), late]);
  } finally {
    over.abort();
    late.catch(() => {});
  }
}

/**
 * Run an operation until it succeeds or `deadline` milliseconds are over.
 *
 * Errors that no repetition mends (WRONGTYPE, NOPERM, WRONGPASS, OOM ...) are thrown at once. An operation
 * that must not be done twice (INCR, LPUSH ...) says `idempotent: false`: it is not repeated when it may have been
 * done, and the caller looks.
 */
async function attempt(operation, options = {}) {
  const { deadline = 20000, timeout, idempotent = true, onRetry = () => {}, ...pace } = options;
  const end = Date.now() + deadline;
  for (let number = 1; ; number += 1) {
    try {
      return await bounded(operation, timeout);
    } catch (error) {
      const hopeless = isReply(error) && !isRefused(error);
      // No answer: the command may have been done all the same.
      const ambiguous = !isReply(error) && !isUnsent(error);
      const delay = backOff(number, pace);
      if (hopeless || (ambiguous && !idempotent) || Date.now() + delay > end) throw error;
      onRetry(error, number);
      await sleep(delay);
    }
  }
}

module.exports = { attempt, backOff, bounded };
