// A connection of ioredis that follows its primary, from the file of role redis_client.
'use strict';

const { connect: open } = require('node:net');
const { setTimeout: sleep } = require('node:timers/promises');
const { connect: openTls } = require('node:tls');
const { Cluster, Redis } = require('ioredis');
const { backOff } = require('../common/attempt');
const { endpointOf, isSame, majority } = require('../common/majority');
const { readSettings } = require('../common/settings');

// What each connection to a server has, in both topologies.
const patience = {
  connectTimeout: 2000,
  // The caller gets an answer or an error in this time. It is longer than the slowest command that is normal here.
  commandTimeout: 2000,
  // Nothing is kept back in the client: a queued command whose caller has timed out is sent later all the same, and
  // an old value then overwrites a newer one. So a command goes out now or fails now; attempt() repeats it.
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
};

/** Return a function that asks all Sentinels who is primary, on connections that stay open, and one that ends those. */
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

/** Return the class by which ioredis connects: each time to the primary that a majority of the Sentinels names then. */
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

    /** The Sentinels' word is not enough: the server has to say so, too, when it is asked by INFO. */
    check({ role }) {
      return !role || role === 'master';
    }
  };
}

/** Connect to the primary of a replication set that a majority of the Sentinels names, and to the next one after each switch. */
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
    // The primary has become a replica, or it is cut off from its replicas: ask the Sentinels again. The command fails,
    // and attempt() repeats it.
    reconnectOnError: (error) => /^(READONLY|NOREPLICAS)/.test(error.message),
  });
  // Leave a primary that a majority names no more, also when it hangs, or takes writes still because it is cut off.
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

/** Connect to a cluster: seed nodes tell the others, and who has which slots. */
function connectToCluster(settings, log) {
  const cluster = new Cluster(settings.nodes, {
    redisOptions: { ...patience, username: settings.username, password: settings.password, tls: settings.tls },
    // Certificates name the nodes' addresses: no detour by names.
    dnsLookup: (address, callback) => callback(null, address),
    enableOfflineQueue: false,
    clusterRetryStrategy: (times) => backOff(times, { first: 100, longest: 2000 }),
    // As above: a command whose connection is lost fails, and attempt() repeats it.
    retryDelayOnFailover: 0,
    // Notice a failover also where no MOVED tells it, because the old primary is dead or hangs.
    slotsRefreshInterval: 1000,
    slotsRefreshTimeout: 1000,
  });
  cluster.on('node error', (error, node) => log('node error', `${node}: ${error.message}`));
  cluster.on('+node', (node) => log('+node', `${node.options.host}:${node.options.port}`));
  cluster.on('-node', (node) => log('-node', `${node.options.host}:${node.options.port}`));
  return cluster;
}

/**
 * Give up connections on which nothing comes back: a command times out, and its connection would stay for a quarter of
 * an hour where packets get lost silently. (The option socketTimeout is no help: in ioredis 5.11 its timer outlives
 * the connection and cuts the next one.)
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

// Clients that end because they are told to.
const closing = new WeakSet();
// What ends with a client. (One that is reconnecting emits no `end` when it is told to disconnect: ioredis 5.11.)
const ends = new WeakMap();

/**
 * Connect anew when a client has ended by itself: ioredis 5.11 gives up for good when it is told to disconnect while it
 * is still connecting.
 */
function revive(client) {
  client.on('end', () => {
    if (!closing.has(client)) setTimeout(() => client.connect().catch(() => {}), backOff(5));
  });
}

/**
 * Return a client for the connection that a file describes; it is usable once it is `ready`.
 *
 * `log` gets what happens to the connection: an event's name and a text. Errors of the connection are told there and
 * nowhere else: the client mends it by itself, however long it takes.
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

/** Return where a client is connected now: the primary's address and port, or nothing special for a cluster. */
function endpoint(client) {
  const { remoteAddress, remotePort } = client.stream ?? {};
  return remotePort ? `${remoteAddress}:${remotePort}` : 'cluster';
}

/** End a client; with it the connections to the Sentinels end. */
async function close(client) {
  closing.add(client);
  await client.quit().catch(() => {});
  client.disconnect();
  ends.get(client)?.();
}

module.exports = { close, connect, endpoint };
