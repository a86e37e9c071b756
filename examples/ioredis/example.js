// get, set with a time to live, delete, health: node example.js /etc/redis-client/NAME.json
'use strict';

const { attempt } = require('../common/attempt');
const { close, connect, endpoint } = require('./connection');
const { watchSwitches } = require('./switches');

/** Report whether the server answers, which server it is and how long it took, for the application's health page. */
async function health(client) {
  const begin = Date.now();
  try {
    await client.ping();
    return { healthy: true, server: endpoint(client), milliseconds: Date.now() - begin };
  } catch (error) {
    return { healthy: false, problem: error.message, milliseconds: Date.now() - begin };
  }
}

async function main(path) {
  const client = connect(path);
  // Nothing is queued, so this also waits for the connection.
  await attempt(() => client.ping());
  const stop = client.isCluster
    ? () => {}
    : watchSwitches(path, ({ set, from, to }) => console.error(`redis +switch-master: ${set} from ${from} to ${to}`));

  await attempt(() => client.set('example:greeting', 'hello', 'EX', 60));
  const value = await attempt(() => client.get('example:greeting'));
  const seconds = await attempt(() => client.ttl('example:greeting'));
  const deleted = await attempt(() => client.del('example:greeting'));
  const missing = await attempt(() => client.get('example:greeting'));
  console.log(JSON.stringify({ value, seconds, deleted, missing, health: await health(client) }));

  stop();
  await close(client);
}

main(process.argv[2]).catch((error) => {
  console.error(error.message);
  process.exit(1);
});
