// Loaded before all programs that are tested under Wine, which cannot delay keep-alive packets (TCP_KEEPIDLE). `fetch` asks for
// that on each connection, and would fail.
const { Socket } = require('node:net');

Socket.prototype.setKeepAlive = function setKeepAlive() {
  return this;
};
