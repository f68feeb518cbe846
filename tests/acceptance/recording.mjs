// Two exporters on loopback at a serve that records, and what happens to it meanwhile: an attack, a reload, datagrams that the kernel drops.
// usage: recording.mjs TELEMETRY-PORT PROCESS CONFIG SECONDS
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Exporter } from "./exporter.mjs";
const [port, process_, config, seconds] = process.argv.slice(2);
const sleep = milliseconds => new Promise(done => setTimeout(done, milliseconds));
const [one, two] = [new Exporter("127.0.0.11", port), new Exporter("127.0.0.12", port)];
const steps = Math.min(Number(seconds), 600) * 10;
for (let step = 0; step < steps; step++) {
  // A quiet minute of ever other senders; from a third on, replies that nobody asked for.
  const isAttack = step > steps / 3 && step < steps * 2 / 3;
  await one.send(one.message({ records: 20, source: index => 0x0b000000 + step * 100 + index, template: step % 10 === 0 }));
  await two.send(two.message({ records: 25, source: index => 0x0c000000 + (isAttack ? step * 100 : 0) + index, port: isAttack ? 123 : 40000 }));
  if (step === Math.floor(steps / 2)) {
    writeFileSync(config, readFileSync(config, "utf8").replace(/quiet: 1.s/, now => now === "quiet: 10s" ? "quiet: 12s" : "quiet: 10s"));
    const other = join(dirname(config), "other.mmdb");
    if (existsSync(other)) renameSync(other, join(dirname(config), "geo.mmdb"));
    process.kill(Number(process_), "SIGHUP");
  }
  if (step === Math.floor(steps * 3 / 5)) {
    // Small ones: the kernel's buffer is full of them before the recorder's is.
    process.kill(Number(process_), "SIGSTOP");
    const bytes = two.message({ template: false });
    for (let sent = 0; sent < 200_000; sent++) {
      bytes.writeUInt32BE(two.sequence++, 12);
      if (sent % 64 === 0) await two.send(bytes); else two.sendLater(bytes);
    }
    process.kill(Number(process_), "SIGCONT");
  }
  await sleep(100);
}
one.socket.close();
two.socket.close();
