// Retry operations that fail for some seconds during a failover, for a bounded time.
'use strict';

const { setTimeout: sleep } = require('node:timers/promises');

// The server refused the command without running it, so repeating any command is safe.
const REFUSED = [
  /^READONLY/, // connected to a replica: the primary of a moment ago
  /^NOREPLICAS/, // min-replicas-to-write: the primary has no replica that would get the write
  /^LOADING/, // the server has just started
  /^MASTERDOWN/,
  /^CLUSTERDOWN/,
  /^TRYAGAIN/,
  /^UNBLOCKED/,
];

/** Milliseconds before attempt number 1, 2, ...: doubled each time, bounded, and randomised per client. */
function backOff(number, { first = 20, longest = 500 } = {}) {
  const bound = Math.min(longest, first * 2 ** (number - 1));
  return bound / 2 + Math.random() * (bound / 2);
}

// Server errors begin with a word in capitals; all other errors come from the client or the network.
const isReply = (error) => /^[A-Z]{2,} /.test(error.message);
const isRefused = (error) => REFUSED.some((pattern) => pattern.test(error.message));
// The client had no connection to send the command on.
const isUnsent = (error) => /enableOfflineQueue|client is (closed|offline)|ECONNREFUSED/i.test(error.message);

/** Wait for one attempt, at most `timeout` milliseconds; for clients that have no such limit themselves. */
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
 * Run an operation until it succeeds or `deadline` milliseconds have passed.
 *
 * Errors that a retry cannot fix (WRONGTYPE, NOPERM, WRONGPASS, OOM ...) are thrown at once. Set `idempotent: false`
 * for an operation that must not run twice (INCR, LPUSH ...): it is not repeated if it may have run, and the caller
 * has to check.
 */
async function attempt(operation, options = {}) {
  const { deadline = 20000, timeout, idempotent = true, onRetry = () => {}, ...pace } = options;
  const end = Date.now() + deadline;
  for (let number = 1; ; number += 1) {
    try {
      return await bounded(operation, timeout);
    } catch (error) {
      const hopeless = isReply(error) && !isRefused(error);
      // No answer: the command may have run nevertheless.
      const ambiguous = !isReply(error) && !isUnsent(error);
      const delay = backOff(number, pace);
      if (hopeless || (ambiguous && !idempotent) || Date.now() + delay > end) throw error;
      onRetry(error, number);
      await sleep(delay);
    }
  }
}

module.exports = { attempt, backOff, bounded };
