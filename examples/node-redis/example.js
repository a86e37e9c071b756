// get, set with a time to live, delete, health: node example.js /etc/redis-client/NAME.json
'use strict';

const { attempt } = require('../common/attempt');
const { close, connect } = require('./connection');

// Timeout of one attempt; attempt() has 20 s for all of them.
const timeout = 3000;

/** Report whether the server answers and how long it took, for the application's health page. */
async function health(client) {
  const begin = Date.now();
  try {
    await attempt(() => client.get('example:health'), { timeout, deadline: timeout });
    return { healthy: true, milliseconds: Date.now() - begin };
  } catch (error) {
    return { healthy: false, problem: error.message, milliseconds: Date.now() - begin };
  }
}

async function main(path) {
  const client = await connect(path);

  await attempt(() => client.set('example:greeting', 'hello', { EX: 60 }), { timeout });
  const value = await attempt(() => client.get('example:greeting'), { timeout });
  const seconds = await attempt(() => client.ttl('example:greeting'), { timeout });
  const deleted = await attempt(() => client.del('example:greeting'), { timeout });
  const missing = await attempt(() => client.get('example:greeting'), { timeout });
  console.log(JSON.stringify({ value, seconds, deleted, missing, health: await health(client) }));

  await close(client);
}

main(process.argv[2]).catch((error) => {
  console.error(error.message);
  process.exit(1);
});
