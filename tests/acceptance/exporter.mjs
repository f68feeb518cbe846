import { createSocket } from "node:dgram";

/** An exporter that sends NetFlow v9 (RFC 3954) from one loopback address to the collector, and to nowhere else. */
export class Exporter {
  constructor(address, port) {
    this.port = Number(port);
    this.sequence = 0;
    this.socket = createSocket("udp4");
    this.ready = new Promise(done => this.socket.bind(0, address, done));
  }

  // Source and destination, ports, protocol, octets, packets, first and last (uptime), and the sampling interval of each record (IE 305, 306).
  static fields = [[8, 4], [12, 4], [7, 2], [11, 2], [4, 1], [1, 4], [2, 4], [22, 4], [21, 4], [305, 4], [306, 4]];

  message({ records = 1, template = true, rate = 1, aheadSeconds = 0, lasting = 0, source = index => 0x0b000001 + index, port = 40000 } = {}) {
    const uptime = 1_000_000, fields = rate === 0 ? Exporter.fields.slice(0, 9) : Exporter.fields;
    const bytes = [];
    const put = (value, length) => { for (let at = length - 1; at >= 0; at--) bytes.push(Math.floor(value / 2 ** (8 * at)) % 256); };
    put(9, 2); put(records + (template ? 1 : 0), 2); put(uptime, 4); put(Math.floor(Date.now() / 1000) + aheadSeconds, 4); put(this.sequence++, 4); put(1, 4);
    if (template) {
      put(0, 2); put(8 + 4 * fields.length, 2); put(256, 2); put(fields.length, 2);
      for (const [id, length] of fields) { put(id, 2); put(length, 2); }
    }
    const size = fields.reduce((sum, [, length]) => sum + length, 0), padding = (4 - ((4 + records * size) % 4)) % 4;
    put(256, 2); put(4 + records * size + padding, 2);
    for (let index = 0; index < records; index++) {
      const values = [source(index), 0xcb007150, port, 4433, 17, 4680, 10, uptime - lasting, uptime, 1, rate - 1];
      fields.forEach(([, length], field) => put(values[field], length));
    }
    put(0, padding);
    return Buffer.from(bytes);
  }

  async send(bytes) {
    await this.ready;
    await new Promise(done => this.socket.send(bytes, this.port, "127.0.0.1", done));
  }

  /** Hands a copy to the socket and does not wait for it. */
  sendLater(bytes) {
    this.socket.send(Buffer.from(bytes), this.port, "127.0.0.1");
  }
}
