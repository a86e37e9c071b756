// A connection of node-redis that follows its primary, from the file of role redis_client.
'use strict';

const { createClient, createCluster } = require('redis');
const { attempt, backOff, bounded } = require('../common/attempt');
const { endpointOf, isSame, majority } = require('../common/majority');
const { readSettings } = require('../common/settings');

/** What each connection to a server or Sentinel has. */
function patience(tls, endpoint) {
  return {
    // A command goes out now or fails now; attempt() repeats it.
    disableOfflineQueue: true,
    // A connection on which nothing comes back is given up; the pings keep a quiet one.
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

/** Connect to one server or Sentinel; errors are logged, and the client connects anew by itself. */
function connectTo(endpoint, { username, password, tls, database }, log) {
  const client = createClient({ ...patience(tls, endpoint), username: username ?? undefined, password, database });
  client.on('error', (error) => log('error', `${endpoint.host}:${endpoint.port}: ${error.message}`));
  return { endpoint, client, connected: client.connect().catch(() => {}) };
}

/**
 * Connect to the primary of a replication set that a majority of the Sentinels names.
 *
 * What is returned is used as a client of node-redis is. After each switch its commands go to the next primary. (The
 * client's own createSentinel asks one Sentinel, and stays with a primary that is cut off together with that one.)
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
  // A primary that a majority names no more is left, also when it hangs, or takes writes still because it is cut off.
  const timer = setInterval(() => follow().catch(() => {}), 500);
  const destroy = () => {
    clearInterval(timer);
    [...sentinels, ...(current ? [current] : [])].forEach(end);
  };
  try {
    // The first primary that is named may be one that has just failed: it is followed to the next one.
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
 * Hand `timeout` to attempt(): a cluster's client keeps a command back while there is no primary, for as long as that
 * takes, and sends it then. An application that must not have a late write done puts a version or a time to live to it.
 */
async function connect(path, log = (event, text) => console.error(`redis ${event}: ${text}`)) {
  const settings = readSettings(path);
  if (settings.topology !== 'cluster') return connectBySentinel(settings, log);
  const cluster = connectToCluster(settings);
  cluster.on('error', (error) => log('error', error.message));
  cluster.on('node-error', (error, { host, port }) => log('node error', `${host}:${port}: ${error.message}`));
  // The first connection of this client has no end of its own, not even when the password is wrong.
  await bounded(() => cluster.connect(), 10000);
  return cluster;
}

/** End a client: after the answers that are awaited, and without them where a server is gone. */
async function close(client) {
  await bounded(() => client.close(), 2000).catch(() => client.destroy());
}

module.exports = { close, connect };
