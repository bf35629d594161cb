// Keeps a peer from talking to anything but this machine, and turns the pools that mixpanel-import opens to its vendor to the sink.
'use strict';
const dns = require('node:dns');
const net = require('node:net');

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|::1)$/;

/** Refuse every other connection and name look-up from now on; the hosts that were refused are in the set returned. */
function guard() {
  const refused = new Set();
  const connect = net.Socket.prototype.connect;
  const lookup = dns.lookup;

  function refusal(host) {
    refused.add(host);
    return Object.assign(new Error(`The benchmark lets nothing reach ${host}.`), { code: 'EACCES' });
  }

  net.Socket.prototype.connect = function (...given) {
    const first = Array.isArray(given[0]) ? given[0][0] : given[0];
    const named = typeof first === 'object' && first !== null;
    const host = named ? (first.path ? 'localhost' : first.host) : typeof given[1] === 'string' ? given[1] : undefined;
    if (host === undefined || LOOPBACK.test(host)) return connect.apply(this, given);
    process.nextTick(() => this.destroy(refusal(host)));
    return this;
  };

  dns.lookup = function (host, ...rest) {
    if (LOOPBACK.test(host)) return lookup.call(dns, host, ...rest);
    process.nextTick(rest[rest.length - 1], refusal(host));
    return undefined;
  };
  return refused;
}

/** Have every pool of `undici` open to `url`, whatever it was made for. */
function turn(undici, url) {
  const Pool = undici.Pool;
  undici.Pool = class extends Pool {
    constructor(origin, options) {
      super(url, options);
    }
  };
}

module.exports = { guard, turn };
