// Determine the primary that more than half of all Sentinels name.
'use strict';

/** Return the primary in a reply to SENTINEL GET-MASTER-ADDR-BY-NAME. */
function endpointOf(answer) {
  if (!answer) throw new Error('does not watch this set');
  return { host: answer[0], port: Number(answer[1]) };
}

const isSame = (one, other) => one?.host === other?.host && one?.port === other?.port;

/**
 * Query all Sentinels at once and return the primary that more than half of them name, as soon as they do.
 *
 * A Sentinel that is isolated together with a primary names that primary for as long as the partition lasts. Therefore
 * neither the first answer counts nor the majority of the answers, only a majority of all Sentinels. `ask(sentinel)`
 * returns an endpoint and has its own time limit. Without a majority this throws.
 */
async function majority(sentinels, ask) {
  const needed = Math.floor(sentinels.length / 2) + 1;
  const votes = {};
  const answers = sentinels.map(async (sentinel) => {
    const { host, port } = await ask(sentinel);
    const name = `${host}:${port}`;
    votes[name] = (votes[name] ?? 0) + 1;
    if (votes[name] < needed) throw new Error(`named ${name}`);
    return { host, port };
  });
  return Promise.any(answers).catch(({ errors }) => {
    const said = errors.map(({ message }) => message).join('; ');
    throw new Error(`No ${needed} of ${sentinels.length} Sentinels name one primary: ${said}`);
  });
}

module.exports = { endpointOf, isSame, majority };
