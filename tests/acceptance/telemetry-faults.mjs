// Twelve faults of telemetry, each of an exporter of its own on loopback, at a running serve; then an attack whose exporter is cut off.
// usage: telemetry-faults.mjs API-PORT TELEMETRY-PORT TOKEN PROCESS CONFIG
import { Exporter } from "./exporter.mjs";
import { readFileSync, writeFileSync } from "node:fs";
const [apiPort, port, token, process_, config] = process.argv.slice(2);
const mostSeconds = 10, mostDatagrams = 60_000;
const sleep = milliseconds => new Promise(done => setTimeout(done, milliseconds));
const ask = async path => (await fetch(`http://127.0.0.1:${apiPort}/api/v1/${path}`, { headers: { authorization: `Bearer ${token}` } })).json();
let failed = 0;
const check = (name, isGood, why) => { failed += isGood ? 0 : 1; console.log(isGood ? `ok telemetry-faults: ${name}` : `FAIL telemetry-faults: ${name}: ${why}`); };

// What each exporter does, twice a second; the tenth of a second since the start is its argument.
const faults = {
  "silent": async (exporter, step) => { if (step < 24) await exporter.send(exporter.message()); },
  "loss": async (exporter, step) => { if (step === 12) exporter.sequence += 10; await exporter.send(exporter.message()); },
  "template-missing": async exporter => exporter.send(exporter.message({ template: false })),
  "template-stale": async (exporter, step) => exporter.send(exporter.message({ template: step < 12 })),
  "undecodable": async (exporter, step) => exporter.send(step < 12 ? exporter.message() : Buffer.from([0, 9, 0, 1, 0, 0])),
  "sampling-unknown": async exporter => exporter.send(exporter.message({ rate: 0, records: 4 })),
  "sampling-contradicted": async exporter => exporter.send(exporter.message({ rate: 10 })),
  "duplicates": async (exporter, step) => { const bytes = exporter.message(); await exporter.send(bytes); if (step > 12) await exporter.send(bytes); },
  "clock-skew": async exporter => exporter.send(exporter.message({ aheadSeconds: -90 })),
  "long-active-timeout": async exporter => exporter.send(exporter.message({ lasting: 58_000 })),
  "unknown-senders": async (exporter, step) => { if (step > 12) await exporter.send(exporter.message()); },
  "kernel-drops": async (exporter, step) => { if (step !== 46) return exporter.send(exporter.message()); },
};
const address = number => `127.0.0.${10 + number}`;
const exporters = Object.keys(faults).map((_, index) => new Exporter(address(index), port));

// The kernel drops what a stopped process leaves unread: bounded in number, to loopback.
async function overflow(exporter) {
  process.kill(Number(process_), "SIGSTOP");
  try {
    const bytes = exporter.message({ records: 30 });
    for (let sent = 0; sent < mostDatagrams; sent++) {
      bytes.writeUInt32BE(exporter.sequence++, 12);
      if (sent % 64 === 0) await exporter.send(bytes); else exporter.sendLater(bytes);
    }
  } finally {
    process.kill(Number(process_), "SIGCONT");
  }
}

const began = {}, named = {};
const look = async () => {
  const { exporters: all } = await ask("exporters");
  Object.keys(faults).forEach((kind, index) => {
    const entry = all.find(each => each.name === (["unknown-senders", "kernel-drops"].includes(kind) ? "collector" : `e${index}`));
    if (entry?.conditions.some(condition => condition.kind === kind)) named[kind] ??= Date.now();
  });
};
const begins = { "silent": 24, "loss": 12, "template-stale": 12, "undecodable": 12, "duplicates": 12, "unknown-senders": 12, "kernel-drops": 46 };
for (let step = 0; step < 58; step++) {
  for (const kind of Object.keys(faults)) {
    if (step === (begins[kind] ?? 0)) began[kind] = Date.now();
  }
  if (step === 12) {
    // Another sampling rate of one exporter: its templates are of before until they come again.
    writeFileSync(config, readFileSync(config, "utf8").replace("name: e3, ", "name: e3, sampling: 1, "));
    process.kill(Number(process_), "SIGHUP");
    await sleep(1200);
  }
  if (step === 46) await overflow(exporters[11]);
  await Promise.all(Object.values(faults).map((fault, index) => fault(exporters[index], step)));
  await look();
  await sleep(500);
}
for (const kind of Object.keys(faults)) {
  const seconds = (named[kind] - began[kind]) / 1000;
  check(`${kind} is named by the health API (${seconds.toFixed(1)} s)`, seconds <= mostSeconds, `after ${seconds} s`);
}
const quiet = await ask("incidents");
check("none of them alone is an incident", quiet.incidents.length === 0, JSON.stringify(quiet.incidents.map(incident => incident.id)));

// The twin: an attack is one. Then its exporter is cut off, with all others.
const edge = exporters[1];
let incidents = [];
for (let step = 0; step < 60 && incidents.length === 0; step++) {
  for (let datagram = 0; datagram < 4; datagram++)
    await edge.send(edge.message({ records: 30, source: index => 0x0c000000 + step * 4000 + datagram * 1000 + index, port: 123 }));
  await sleep(100);
  if (step % 5 === 4) incidents = (await ask("incidents?state=open")).incidents;
}
check("an attack beside them is an incident", incidents.length === 1, JSON.stringify(incidents.length));
await sleep(45_000);
const after = (await ask("incidents")).incidents.find(incident => incident.id === incidents[0]?.id);
const { blindSince } = await ask("exporters");
check("its exporter cut off: the incident stays open", ["active", "quiet"].includes(after?.state), after?.state);
check("and the health API says since when it is blind", blindSince !== null, String(blindSince));
exporters.forEach(exporter => exporter.socket.close());
process.exitCode = failed ? 1 : 0;
