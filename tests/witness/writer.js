// Writes numbered keys one after the other, as an application with the example's options would, until SIGTERM; then
// reads back what was acknowledged and reports what is lost:
//   node writer.js --connection NAME.json --record FILE [--prefix witness] [--client node-redis]
'use strict';

const fs = require('node:fs');
const { parseArgs } = require('node:util');
const { attempt: keepTrying } = require('../../examples/common/attempt');

const { values: flags } = parseArgs({
  options: {
    // The file of role redis_client; it names the files of the passwords.
    connection: { type: 'string' },
    // Each acknowledged write as a JSON line: key, value, at (ms since 1970), ms (how long it took).
    record: { type: 'string' },
    // Keys are PREFIX:0, PREFIX:1, ...
    prefix: { type: 'string', default: 'witness' },
    // The example whose client writes.
    client: { type: 'string', default: 'ioredis' },
    // Seconds after which one write or one read is given up for good.
    patience: { type: 'string', default: '120' },
  },
});

const { close, connect } = require(`../../examples/${flags.client}/connection`);

const AT_A_TIME = 200;
const limits = { deadline: Number(flags.patience) * 1000, timeout: 3000 };

const errors = {};
const primaries = [];
let reconnects = 0;
let stopped = false;

let client;

function log(event, text) {
  console.error(`${new Date().toISOString()} ${event}: ${text}`);
  if (event === 'reconnecting') reconnects += 1;
  // ioredis and node-redis have different words for it.
  if (['ready', 'MASTER_CHANGE'].includes(event) && primaries.at(-1) !== text) primaries.push(text);
}

const attempt = (operation, more) => keepTrying(operation, { ...limits, ...more });

function count(error) {
  // The first word of the server's replies; messages of the client in whole.
  const kind = /^[A-Z]{3,}(?= )/.exec(error.message)?.[0] ?? error.message;
  errors[kind] = (errors[kind] ?? 0) + 1;
  if (stopped) throw error;
}

/** Write until told to stop; return the acknowledged writes in their order. */
async function write() {
  const record = fs.openSync(flags.record, 'a');
  const acknowledged = [];
  for (let number = 0; !stopped; number += 1) {
    const [key, begin] = [`${flags.prefix}:${number}`, Date.now()];
    const value = `${number} ${begin}`;
    try {
      await attempt(() => client.set(key, value), { onRetry: count });
    } catch (error) {
      // Told to stop while this write failed: it is not acknowledged.
      if (stopped) break;
      throw error;
    }
    const entry = { key, value, at: Date.now(), ms: Date.now() - begin };
    acknowledged.push(entry);
    fs.writeSync(record, `${JSON.stringify(entry)}\n`);
  }
  fs.closeSync(record);
  return acknowledged;
}

/** Return the acknowledged writes that the servers do not have. */
async function missing(acknowledged) {
  const lost = [];
  for (let first = 0; first < acknowledged.length; first += AT_A_TIME) {
    const some = acknowledged.slice(first, first + AT_A_TIME);
    const found = await Promise.all(some.map(({ key }) => attempt(() => client.get(key))));
    lost.push(...some.filter(({ value }, index) => found[index] !== value));
  }
  return lost;
}

/** Return the longest time without an acknowledgement, from the first one to the end. */
function longestGap(acknowledged, end) {
  const moments = [...acknowledged.map(({ at }) => at), end];
  // Not as arguments of one call: a fast machine writes more than a call can have.
  return moments.slice(1).reduce((longest, at, index) => Math.max(longest, at - moments[index]), 0);
}

async function main() {
  process.once('SIGTERM', () => { stopped = true; });
  client = await attempt(() => connect(flags.connection, log));
  const acknowledged = await write();
  const end = Date.now();
  const lost = await missing(acknowledged);
  const report = {
    acknowledged: acknowledged.length,
    lost: lost.map(({ key, at }) => ({ key, at })),
    longest_gap_ms: longestGap(acknowledged, end),
    errors,
    reconnects,
    primaries_seen: primaries,
  };
  fs.writeSync(1, `${JSON.stringify(report)}\n`);
  await close(client);
  // Not every client lets go of all its connections, and the report is out.
  process.exit(0);
}

main().catch((error) => {
  console.error(error.stack);
  process.exit(1);
});
