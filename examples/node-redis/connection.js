// A node-redis connection that follows its primary, from the file of role redis_client.
'use strict';

const { createClient, createCluster } = require('redis');
const { attempt, backOff, bounded } = require('../common/attempt');
const { endpointOf, isSame, majority } = require('../common/majority');
const { readSettings } = require('../common/settings');

/** Return the options of each connection to a server or Sentinel. */
function patience(tls, endpoint) {
  return {
    // A command is sent now or fails now; attempt() repeats it.
    disableOfflineQueue: true,
    // A connection that no longer answers is closed; the pings keep an idle one open.
    pingInterval: 1000,
    socket: {
      ...endpoint,
      connectTimeout: 2000,
      socketTimeout: 3000,
      reconnectStrategy: (retries) => backOff(retries + 1),
      ...(tls && { tls: true, ...tls }),
    },
  };
}

/** Connect to one server or Sentinel. Errors are logged, and the client reconnects by itself. */
function connectTo(endpoint, { username, password, tls, database }, log) {
  const client = createClient({ ...patience(tls, endpoint), username: username ?? undefined, password, database });
  client.on('error', (error) => log('error', `${endpoint.host}:${endpoint.port}: ${error.message}`));
  return { endpoint, client, connected: client.connect().catch(() => {}) };
}

/**
 * Connect to the primary of a replication set that a majority of the Sentinels names.
 *
 * Use the result like a node-redis client. After each failover its commands go to the new primary. (The client's own
 * createSentinel queries one Sentinel, and stays with a primary that is isolated together with that Sentinel.)
 */
async function connectBySentinel(settings, log) {
  const login = { username: settings.sentinel_username, password: settings.sentinel_password, tls: settings.sentinel_tls };
  const sentinels = settings.sentinels.map((endpoint) => connectTo(endpoint, login, log));
  const question = ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', settings.set];
  const ask = async ({ client }) => endpointOf(await bounded(() => client.sendCommand(question), 1000));
  const end = ({ client }) => client.isOpen && client.destroy();
  let current;

  const follow = async () => {
    const now = await majority(sentinels, ask);
    if (isSame(now, current?.endpoint)) return;
    if (current) end(current);
    current = connectTo(now, { ...settings, database: settings.db }, log);
    log('MASTER_CHANGE', `${now.host}:${now.port}`);
  };
  // Leave a primary that a majority no longer names, even if it hangs, or still accepts writes because it is isolated.
  const timer = setInterval(() => follow().catch(() => {}), 500);
  const destroy = () => {
    clearInterval(timer);
    [...sentinels, ...(current ? [current] : [])].forEach(end);
  };
  try {
    // The first primary named may just have failed; then this follows to the next one.
    await attempt(async () => {
      await follow();
      if (!current.client.isReady) throw new Error(`${current.endpoint.host}:${current.endpoint.port}: not connected`);
    }, { deadline: 10000 });
  } catch (error) {
    destroy();
    throw error;
  }
  const own = { destroy, close: () => bounded(() => current.client.close(), 2000).finally(destroy) };
  return new Proxy(own, {
    get: (_own, name) => own[name] ?? current.client[name]?.bind?.(current.client) ?? current.client[name],
  });
}

/** Connect to a cluster. The seed nodes report the other nodes, and which node owns which slots. */
function connectToCluster(settings) {
  const cluster = createCluster({
    rootNodes: settings.nodes.map((socket) => ({ socket })),
    defaults: {
      ...patience(settings.tls),
      username: settings.username ?? undefined,
      password: settings.password,
    },
  });
  // The client looks for a slot's new primary when a node replies MOVED, and a dead node does not reply. So a randomly
  // chosen node is queried for a key that is most likely not its own.
  cluster.on('node-reconnecting', () => cluster.sendCommand(undefined, false, ['GET', 'who-has-it']).catch(() => {}));
  return cluster;
}

/**
 * Return a connected client for the connection that a file describes.
 *
 * Pass `timeout` to attempt(): a cluster client holds a command while there is no primary, for as long as that takes,
 * and then sends it. An application that cannot tolerate late writes adds a version or a time to live to them.
 */
async function connect(path, log = (event, text) => console.error(`redis ${event}: ${text}`)) {
  const settings = readSettings(path);
  if (settings.topology !== 'cluster') return connectBySentinel(settings, log);
  const cluster = connectToCluster(settings);
  cluster.on('error', (error) => log('error', error.message));
  cluster.on('node-error', (error, { host, port }) => log('node error', `${host}:${port}: ${error.message}`));
  // The first connection of this client never times out, not even when the password is wrong.
  await bounded(() => cluster.connect(), 10000);
  return cluster;
}

/** Close a client: after pending replies, or without them if a server is gone. */
async function close(client) {
  await bounded(() => client.close(), 2000).catch(() => client.destroy());
}

module.exports = { close, connect };
