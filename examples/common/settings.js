// Read the files of role redis_client: one JSON file per connection, with secrets in separate files.
'use strict';

const fs = require('node:fs');

const read = (file) => (file ? fs.readFileSync(file, 'utf8') : undefined);

/** Return the settings of a connection, including the content of the files that they name. */
function readSettings(path) {
  const settings = JSON.parse(fs.readFileSync(path, 'utf8'));
  const certificates = { ca: read(settings.ca_file), cert: read(settings.cert_file), key: read(settings.key_file) };
  return {
    ...settings,
    password: read(settings.password_file),
    sentinel_password: read(settings.sentinel_password_file),
    // undefined means a connection without TLS, in every client.
    tls: settings.tls ? certificates : undefined,
    sentinel_tls: settings.sentinel_tls ? certificates : undefined,
  };
}

module.exports = { readSettings };
