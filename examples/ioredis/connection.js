// An ioredis connection that follows its primary, from the file of role redis_client.
'use strict';

const { connect: open } = require('node:net');
const { setTimeout: sleep } = require('node:timers/promises');
const { connect: openTls } = require('node:tls');
const { Cluster, Redis } = require('ioredis');
const { backOff } = require('../common/attempt');
const { endpointOf, isSame, majority } = require('../common/majority');
const { readSettings } = require('../common/settings');

// Options of each connection to a server, in both topologies.
const patience = {
  connectTimeout: 2000,
  // The caller gets an answer or an error within this time. It exceeds the slowest command that is normal here.
  commandTimeout: 2000,
  // The client queues nothing: a queued command whose caller has timed out would still be sent later, and an old
  // value would then overwrite a newer one. So a command is sent now or fails now; attempt() repeats it.
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
};

/** Return a function that queries all Sentinels for the primary over persistent connections, and one that closes them. */
function askSentinels(settings, log) {
  const sentinels = settings.sentinels.map(({ host, port }) => {
    const sentinel = new Redis({
      host,
      port,
      username: settings.sentinel_username,
      password: settings.sentinel_password,
      tls: settings.sentinel_tls,
      connectTimeout: 1000,
      commandTimeout: 1000,
      maxRetriesPerRequest: 0,
      enableReadyCheck: false,
      retryStrategy: (times) => backOff(times, { first: 100, longest: 2000 }),
    });
    return sentinel.on('error', (error) => log('sentinel', `${host}:${port}: ${error.message}`));
  });
  const ask = async (sentinel) => {
    try {
      return endpointOf(await sentinel.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', settings.set));
    } catch (error) {
      if (error.message === 'Command timed out') sentinel.disconnect(true);
      throw error;
    }
  };
  return { primary: () => majority(sentinels, ask), end: () => sentinels.forEach((one) => one.disconnect()) };
}

/** Return the class that ioredis connects with: each time to the primary that a majority of the Sentinels names. */
function connectorTo(primary, tls) {
  return class {
    async connect(emit) {
      this.connecting = true;
      for (let times = 1; ; times += 1) {
        try {
          this.endpoint = await primary();
          break;
        } catch (error) {
          emit('error', error);
          await sleep(backOff(times, { first: 100, longest: 2000 }));
        }
        if (!this.connecting) break;
      }
      if (!this.connecting) throw new Error('Connection is closed.');
      this.stream = tls ? openTls({ ...this.endpoint, ...tls }) : open(this.endpoint);
      return this.stream.once('error', (error) => { this.firstError = error; });
    }

    disconnect() {
      this.connecting = false;
      this.stream?.destroy();
    }

    /** The Sentinels' answer is not enough: the server itself must report this role in INFO, too. */
    check({ role }) {
      return !role || role === 'master';
    }
  };
}

/** Connect to the primary of a replication set that a majority of the Sentinels names, and to the next after a failover. */
function connectBySentinel(settings, log) {
  const { primary, end } = askSentinels(settings, log);
  const redis = new Redis({
    ...patience,
    Connector: connectorTo(primary, settings.tls),
    username: settings.username,
    password: settings.password,
    db: settings.db,
    tls: settings.tls,
    retryStrategy: (times) => backOff(times),
    // The primary has become a replica, or is isolated from its replicas: query the Sentinels again. The command
    // fails, and attempt() repeats it.
    reconnectOnError: (error) => /^(READONLY|NOREPLICAS)/.test(error.message),
  });
  // Leave a primary that a majority no longer names, even if it hangs, or still accepts writes because it is isolated.
  const timer = setInterval(async () => {
    const now = await primary().catch(() => undefined);
    if (now && ['connect', 'ready'].includes(redis.status) && !isSame(now, redis.connector.endpoint)) {
      log('+switch-master', `to ${now.host}:${now.port}`);
      redis.disconnect(true);
    }
  }, 500);
  ends.set(redis, () => {
    clearInterval(timer);
    end();
  });
  return redis;
}

/** Connect to a cluster. The seed nodes report the other nodes, and which node owns which slots. */
function connectToCluster(settings, log) {
  const cluster = new Cluster(settings.nodes, {
    redisOptions: { ...patience, username: settings.username, password: settings.password, tls: settings.tls },
    // Certificates contain the nodes' addresses, so do not resolve names.
    dnsLookup: (address, callback) => callback(null, address),
    enableOfflineQueue: false,
    clusterRetryStrategy: (times) => backOff(times, { first: 100, longest: 2000 }),
    // As above: a command whose connection is lost fails, and attempt() repeats it.
    retryDelayOnFailover: 0,
    // Detect a failover even without a MOVED reply, because the old primary is dead or hangs.
    slotsRefreshInterval: 1000,
    slotsRefreshTimeout: 1000,
  });
  cluster.on('node error', (error, node) => log('node error', `${node}: ${error.message}`));
  cluster.on('+node', (node) => log('+node', `${node.options.host}:${node.options.port}`));
  cluster.on('-node', (node) => log('-node', `${node.options.host}:${node.options.port}`));
  return cluster;
}

/**
 * Close connections that no longer answer. A command times out, but its connection would stay open for a quarter of
 * an hour if packets are lost silently. (The option socketTimeout does not help: in ioredis 5.11 its timer outlives
 * the connection and closes the next one.)
 */
function watch(client) {
  const beat = (node) => node.ping().catch((error) => {
    if (error.message === 'Command timed out') node.disconnect(true);
  });
  const nodes = () => (client.isCluster ? client.nodes() : [client]);
  const timer = setInterval(() => nodes().filter(({ status }) => status === 'ready').forEach(beat), 1000);
  timer.unref();
  client.on('end', () => closing.has(client) && clearInterval(timer));
}

// Clients that were closed intentionally.
const closing = new WeakSet();
// What to close with a client. (A reconnecting client emits no `end` on disconnect: ioredis 5.11.)
const ends = new WeakMap();

/**
 * Reconnect a client that has ended by itself: ioredis 5.11 gives up permanently if it is disconnected while it is
 * still connecting.
 */
function revive(client) {
  client.on('end', () => {
    if (!closing.has(client)) setTimeout(() => client.connect().catch(() => {}), backOff(5));
  });
}

/**
 * Return a client for the connection that a file describes. It is usable once it is `ready`.
 *
 * `log` receives the events of the connection, as a name and a text. Connection errors are reported only there: the
 * client recovers by itself, however long it takes.
 */
function connect(path, log = (event, text) => console.error(`redis ${event}: ${text}`)) {
  const settings = readSettings(path);
  const client = settings.topology === 'cluster' ? connectToCluster(settings, log) : connectBySentinel(settings, log);
  client.on('error', (error) => log('error', error.message));
  client.on('reconnecting', (delay) => log('reconnecting', `in ${Math.round(delay)} ms`));
  client.on('ready', () => log('ready', endpoint(client)));
  watch(client);
  revive(client);
  return client;
}

/** Return what a client is connected to: the primary's address and port, or nothing specific for a cluster. */
function endpoint(client) {
  const { remoteAddress, remotePort } = client.stream ?? {};
  return remotePort ? `${remoteAddress}:${remotePort}` : 'cluster';
}

/** Close a client and its connections to the Sentinels. */
async function close(client) {
  closing.add(client);
  await client.quit().catch(() => {});
  client.disconnect();
  ends.get(client)?.();
}

module.exports = { close, connect, endpoint };
