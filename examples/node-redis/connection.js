// A connection of node-redis that follows its primary, from the file of role redis_client.
'use strict';

const { createCluster, createSentinel } = require('redis');
const { backOff, bounded } = require('../common/attempt');
const { readSettings } = require('../common/settings');

/** What each connection to a server or Sentinel has. */
function patience(tls) {
  return {
    // A command goes out now or fails now, as far as the client lets us choose; attempt() repeats it.
    disableOfflineQueue: true,
    // A connection on which nothing comes back is given up; the pings keep a quiet one.
    pingInterval: 1000,
    socket: {
      connectTimeout: 2000,
      socketTimeout: 3000,
      reconnectStrategy: (retries) => backOff(retries + 1),
      ...(tls && { tls: true, ...tls }),
    },
  };
}

/** Connect to the primary of a replication set that Sentinels name, and to the next one after each switch. */
function connectBySentinel(settings) {
  return createSentinel({
    name: settings.set,
    sentinelRootNodes: settings.sentinels,
    sentinelClientOptions: {
      ...patience(settings.sentinel_tls),
      username: settings.sentinel_username ?? undefined,
      password: settings.sentinel_password,
    },
    nodeClientOptions: {
      ...patience(settings.tls),
      username: settings.username ?? undefined,
      password: settings.password,
      database: settings.db,
    },
    // Ask the Sentinels each second: the client does not listen to +switch-master.
    scanInterval: 1000,
    passthroughClientErrorEvents: true,
  });
}

/** Connect to a cluster: seed nodes tell the others, and who has which slots. */
function connectToCluster(settings) {
  const cluster = createCluster({
    rootNodes: settings.nodes.map((socket) => ({ socket })),
    defaults: {
      ...patience(settings.tls),
      username: settings.username ?? undefined,
      password: settings.password,
    },
  });
  // The client looks for a slot's new primary when a node says MOVED, and a dead node says nothing. So another is asked
  // for a key that is most likely not its own; the one that is asked is chosen at random.
  cluster.on('node-reconnecting', () => cluster.sendCommand(undefined, false, ['GET', 'who-has-it']).catch(() => {}));
  return cluster;
}

/**
 * Return a connected client for the connection that a file describes.
 *
 * Hand `timeout` to attempt(): while there is no primary this client keeps a command back, for as long as that takes, and
 * sends it then. An application that must not have a late write done puts a version or a time to live to it.
 */
async function connect(path, log = (event, text) => console.error(`redis ${event}: ${text}`)) {
  const settings = readSettings(path);
  const client = settings.topology === 'cluster' ? connectToCluster(settings) : connectBySentinel(settings);
  client.on('error', (error) => log('error', error.message));
  client.on('node-error', (error, { host, port }) => log('node error', `${host}:${port}: ${error.message}`));
  client.on('client-error', ({ error }) => log('error', error.message));
  client.on('topology-change', ({ type, node }) => log(type, node ? `${node.host}:${node.port}` : ''));
  // Its first connection has no end of its own, not even when the password is wrong.
  await bounded(() => client.connect(), 10000);
  return client;
}

/** End a client: after the answers that are awaited, and without them where a server is gone. */
async function close(client) {
  await bounded(() => client.close(), 2000).catch(() => client.destroy());
}

module.exports = { close, connect };
