// A connection of ioredis that follows its primary, from the file of role redis_client.
'use strict';

const { Cluster, Redis } = require('ioredis');
const { backOff } = require('../common/attempt');
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

/** Connect to the primary of a replication set that Sentinels name, and to the next one after each switch. */
function connectBySentinel(settings, log) {
  const redis = new Redis({
    ...patience,
    name: settings.set,
    sentinels: settings.sentinels,
    sentinelUsername: settings.sentinel_username,
    sentinelPassword: settings.sentinel_password,
    sentinelTLS: settings.sentinel_tls,
    sentinelCommandTimeout: 1000,
    // When no Sentinel answers, and when a watched Sentinel has gone: again and again, never given up.
    sentinelRetryStrategy: (times) => backOff(times, { first: 100, longest: 2000 }),
    sentinelReconnectStrategy: (times) => backOff(times, { first: 1000, longest: 10000 }),
    // Listen to +switch-master on all Sentinels and leave the old primary at once, also when it hangs.
    failoverDetector: true,
    username: settings.username,
    password: settings.password,
    db: settings.db,
    tls: settings.tls,
    enableTLSForSentinelMode: Boolean(settings.tls),
    retryStrategy: (times) => backOff(times),
    // The primary has become a replica: ask the Sentinels again. The command fails, and attempt() repeats it.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  });
  redis.on('sentinelError', (error) => log('sentinel', error.message));
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

/**
 * Connect anew when a client has ended by itself: ioredis 5.11 gives up for good when it hears of a switch while it is
 * still connecting, as it is when the old primary's host is dead and does not even refuse.
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

/** End a client. quit() alone leaves the failover detector's connections, and the process then never ends. */
async function close(client) {
  closing.add(client);
  await client.quit().catch(() => {});
  client.disconnect();
}

module.exports = { close, connect, endpoint };
