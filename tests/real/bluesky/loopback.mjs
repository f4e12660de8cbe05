// Loaded before everything else: whatever runs in this process listens on 127.0.0.1 only, and reaches nothing
// beyond this machine. (The packages listen on all interfaces, and look names up.)
import dns from 'node:dns';
import net from 'node:net';

const HERE = '127.0.0.1';
const OURS = new Set([HERE, '::1', 'localhost']);

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (...given) {
  const [where] = given;
  const then = given.filter((one) => typeof one === 'function');
  if (where !== null && typeof where === 'object') {
    const isPort = where.path === undefined && where.fd === undefined && where._handle === undefined;
    return listen.call(this, isPort ? { ...where, host: HERE } : where, ...then);
  }
  if (typeof where === 'string' && !/^\d+$/.test(where)) return listen.apply(this, given); // a socket's path
  return listen.call(this, { port: typeof where === 'function' ? 0 : Number(where ?? 0), host: HERE }, ...then);
};

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...given) {
  const [where, host] = Array.isArray(given[0]) ? given[0] : given; // `net.connect` has brought them in order already
  const options = typeof where === 'object' ? where : { host: typeof host === 'string' ? host : undefined };
  const isPath = options.path !== undefined && options.port === undefined;
  if (!isPath && !OURS.has(options.host ?? 'localhost')) {
    throw new Error(`This network stays on this machine, and wanted to reach ${options.host}.`);
  }
  return connect.apply(this, given);
};

for (const names of [dns, dns.promises]) names.setServers([`${HERE}:1`]);
