// Writes a log at a rate, and asks serve how far it is: node log-lag.mjs LOG SOCKET LINES_A_SECOND SECONDS. Prints the lag as seen from outside (a line's
// time from being written to being counted) at 50, 99 and 100 %, that which /metrics tells, and lines written and counted.
import { openSync, writeSync, closeSync } from "node:fs";
import http from "node:http";

const [log, socketPath, rateText, secondsText] = process.argv.slice(2);
const [rate, seconds] = [Number(rateText), Number(secondsText)];
const stepMilliseconds = 20;
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const two = number => String(number).padStart(2, "0");
const stamp = at => `${two(at.getUTCDate())}/${months[at.getUTCMonth()]}/${at.getUTCFullYear()}:${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`;
const agents = Array.from({ length: 40 }, (_, number) => `Mozilla/5.0 (X11; Linux x86_64; rv:${number + 90}.0) Gecko/20100101 Firefox/${number + 90}.0`);
// Clients come from documentation and benchmark ranges.
const parts = Array.from({ length: 5000 }, (_, number) => [`198.${18 + (number & 1)}.${(number >> 1) & 255}.${1 + (number % 250)} - - [`,
  `] "GET /item/${number % 997}?page=${number % 13} HTTP/1.1" 200 ${500 + number} "https://www.example.com/" "${agents[number % 40]}"\n`]);

const metrics = () => new Promise((done, fail) => http.get({ socketPath, path: "/metrics", timeout: 5000 }, answer => {
  let text = "";
  answer.on("data", piece => text += piece).on("end", () => done(text));
}).on("error", fail));
const value = (text, name) => Number((text.split("\n").find(line => line.startsWith(name)) ?? "0").split(" ").at(-1));

const file = openSync(log, "a");
const started = performance.now();
const written = [[0, 0]];
let [lines, next, asking] = [0, 0, false];
const lags = [], told = [];
let counted = 0;

function look(text) {
  counted = value(text, 'breakwater_web_lines_total{outcome="request"}');
  told.push(value(text, "breakwater_web_lag_seconds"));
  // The first step in which more had been written than is counted now: its lines still wait.
  let [low, high] = [0, written.length - 1];
  if (written[high][1] <= counted) { lags.push(0); return; }
  while (low < high) { const middle = (low + high) >> 1; if (written[middle][1] > counted) high = middle; else low = middle + 1; }
  lags.push((performance.now() - written[low][0]) / 1000);
}

const timer = setInterval(() => {
  const elapsed = performance.now() - started;
  const due = Math.floor(Math.min(elapsed, seconds * 1000) * rate / 1000);
  const time = stamp(new Date());
  let text = "";
  for (; lines < due; lines++) { const part = parts[next]; next = (next + 1) % parts.length; text += part[0] + time + part[1]; }
  if (text) { written.push([performance.now(), lines]); writeSync(file, text); }
  if (elapsed > seconds * 1000) { clearInterval(timer); closeSync(file); finish(); }
}, stepMilliseconds);

const asker = setInterval(async () => {
  if (asking) return;
  asking = true;
  try { look(await metrics()); } catch { lags.push(99); }
  asking = false;
}, 100);

async function finish() {
  for (let wait = 0; wait < 200 && counted < lines; wait++) { await new Promise(done => setTimeout(done, 100)); }
  clearInterval(asker);
  const at = (values, part) => { const sorted = [...values].sort((a, b) => a - b); return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]; };
  console.log(`p50 ${at(lags, 0.5).toFixed(3)} p99 ${at(lags, 0.99).toFixed(3)} max ${at(lags, 1).toFixed(3)} told99 ${at(told, 0.99).toFixed(3)} looks ${lags.length} written ${lines} counted ${counted}`);
}
