// Switches of the primary as events, for an application that wants to do something about them.
// Not needed to follow: a client of connection.js does so by itself.
'use strict';

const { Redis } = require('ioredis');
const { backOff } = require('../common/attempt');
const { readSettings } = require('../common/settings');

/**
 * Call `tell({set, from, to})` once for each switch, whichever Sentinel says it first; return what ends that.
 */
function watchSwitches(path, tell) {
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
      // A Sentinel may be away for long; subscriptions are renewed when it is back.
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
      tell({ set, from: `${oldAddress}:${oldPort}`, to });
    });
    return sentinel;
  });
  return () => sentinels.forEach((sentinel) => sentinel.disconnect());
}

module.exports = { watchSwitches };
