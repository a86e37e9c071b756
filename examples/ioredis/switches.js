// Failovers as events, for an application that reacts to them.
// Not needed to follow the primary: a client of connection.js does that by itself.
'use strict';

const { Redis } = require('ioredis');
const { backOff } = require('../common/attempt');
const { readSettings } = require('../common/settings');

/**
 * Call `report({set, from, to})` once per failover, for the first Sentinel that reports it. Return a function that stops this.
 */
function watchSwitches(path, report) {
  const settings = readSettings(path);
  let current;
  const sentinels = settings.sentinels.map(({ host, port }) => {
    const sentinel = new Redis({
      host,
      port,
      username: settings.sentinel_username,
      password: settings.sentinel_password,
      tls: settings.sentinel_tls,
      connectTimeout: 2000,
      // A Sentinel may be down for a long time; subscriptions are renewed when it returns.
      retryStrategy: (times) => backOff(times, { first: 500, longest: 5000 }),
      maxRetriesPerRequest: null,
      enableReadyCheck: false,
    });
    sentinel.on('error', () => {});
    sentinel.subscribe('+switch-master').catch(() => {});
    sentinel.on('message', (_channel, message) => {
      // SET OLD-ADDRESS OLD-PORT NEW-ADDRESS NEW-PORT
      const [set, oldAddress, oldPort, newAddress, newPort] = message.split(' ');
      const to = `${newAddress}:${newPort}`;
      if (set !== settings.set || to === current) return;
      current = to;
      report({ set, from: `${oldAddress}:${oldPort}`, to });
    });
    return sentinel;
  });
  return () => sentinels.forEach((sentinel) => sentinel.disconnect());
}

module.exports = { watchSwitches };
