// Sends lines as syslog over TCP as fast as they are taken, and looks at the memory of who takes them: node log-memory.mjs PORT PROCESS LINES API_SOCKET.
import { readFileSync } from "node:fs";
import http from "node:http";
import net from "node:net";

const [port, process_, linesText, socketPath] = process.argv.slice(2);
const lines = Number(linesText);
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = number => String(number).padStart(2, "0");
const resident = () => Number(readFileSync(`/proc/${process_}/status`, "utf8").match(/VmRSS:\s+(\d+)/)[1]) / 1024;
const socket = net.connect(Number(port), "127.0.0.1");
const started = performance.now();
const memory = [];
const watch = setInterval(() => memory.push([sent, resident()]), 500);
let sent = 0;

function piece() {
  const at = new Date();
  const time = `${two(at.getUTCDate())}/${months[at.getUTCMonth()]}/${at.getUTCFullYear()}:${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`;
  let text = "";
  for (let count = 0; count < 2000 && sent < lines; count++, sent++) {
    const mixed = Math.imul(sent, 2654435761) >>> 0;
    text += `<190>Jan  1 00:00:00 web nginx: h${mixed % 1000003}.example.com 2001:db8:${(mixed >>> 16).toString(16)}:${(sent & 65535).toString(16)}::1 - - [${time}] "GET /${mixed.toString(36)}/${sent.toString(36)}/x HTTP/1.1" 200 5 "-" "agent ${mixed % 500009}"\n`;
  }
  return text;
}

function send() {
  while (sent < lines) { if (!socket.write(piece())) { socket.once("drain", send); return; } }
  socket.end();
}

const counted = () => new Promise((done, fail) => http.get({ socketPath, path: "/metrics" }, answer => {
  let text = "";
  answer.on("data", part => text += part).on("end", () => done(Number(text.match(/lines_total\{outcome="request"\} (\d+)/)[1])));
}).on("error", fail));

socket.on("connect", send).on("close", async () => {
  let count = 0;
  for (let wait = 0; wait < 600 && (count = await counted()) < lines; wait++) { await new Promise(done => setTimeout(done, 100)); }
  const seconds = (performance.now() - started) / 1000;
  clearInterval(watch);
  const most = values => Math.max(...values.map(entry => entry[1])).toFixed(0);
  const [first, second] = [memory.filter(entry => entry[0] <= lines / 2), memory.filter(entry => entry[0] > lines / 2)];
  console.log(`counted ${count} seconds ${seconds.toFixed(0)} most ${most(memory)} first ${most(first)} second ${most(second)} (MB resident)`);
});
