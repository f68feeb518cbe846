// Drives a headless Chromium over its DevTools protocol, for the tests of the pages. Loopback only; needs Node 20 and Debian's chromium.
// usage: node --experimental-websocket browser.mjs SCRIPT.mjs ARGUMENTS…; the script's default export gets a Browser and the arguments.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const startMilliseconds = 30_000;
const waitMilliseconds = 20_000;

export class Browser {
  #socket; #next = 1; #waiting = new Map(); #session;
  /** What the page wrote to its console as an error, and what its policy refused. */
  complaints = [];
  /** Hosts that the page asked, other than the one it is from. */
  requests = [];

  static async start(profile) {
    const chromium = spawn("chromium", ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-background-networking", "--disable-component-update",
      "--disable-sync", "--remote-debugging-port=0", `--user-data-dir=${profile}`, "about:blank"], { stdio: ["ignore", "ignore", "pipe"] });
    const address = await new Promise((found, failed) => {
      const timer = setTimeout(() => failed(new Error("chromium did not start")), startMilliseconds);
      let text = "";
      chromium.stderr.on("data", data => {
        text += data;
        const match = /DevTools listening on (ws:\S+)/.exec(text);
        if (match) { clearTimeout(timer); found(match[1]); }
      });
      chromium.on("exit", code => failed(new Error(`chromium ended with ${code}: ${text.slice(-500)}`)));
    });
    const browser = new Browser();
    browser.process = chromium;
    browser.#socket = new WebSocket(address);
    await new Promise((open, failed) => { browser.#socket.onopen = open; browser.#socket.onerror = failed; });
    browser.#socket.onmessage = message => browser.#receive(JSON.parse(message.data));
    const { targetId } = await browser.send("Target.createTarget", { url: "about:blank" }, null);
    browser.#session = (await browser.send("Target.attachToTarget", { targetId, flatten: true }, null)).sessionId;
    for (const domain of ["Page", "Runtime", "Log", "Network"]) await browser.send(`${domain}.enable`);
    return browser;
  }

  send(method, params = {}, session = this.#session) {
    const id = this.#next++;
    this.#socket.send(JSON.stringify({ id, method, params, ...(session ? { sessionId: session } : {}) }));
    return new Promise((done, failed) => this.#waiting.set(id, { done, failed }));
  }

  #receive(message) {
    if (message.id) {
      const { done, failed } = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.error) failed(new Error(message.error.message)); else done(message.result);
    } else if (message.method === "Log.entryAdded" && message.params.entry.level === "error") {
      this.complaints.push(message.params.entry.text);
    } else if (message.method === "Runtime.exceptionThrown") {
      this.complaints.push(message.params.exceptionDetails.exception?.description ?? message.params.exceptionDetails.text);
    } else if (message.method === "Network.requestWillBeSent") {
      this.requests.push(message.params.request.url);
    }
  }

  async view(width, height, { dark = false, script = true } = {}) {
    await this.send("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: width < 600 });
    await this.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }] });
    await this.send("Emulation.setScriptExecutionDisabled", { value: !script });
  }

  async open(url) {
    await this.send("Page.navigate", { url });
    await this.until("document.readyState === 'complete'");
  }

  async evaluate(expression) {
    const { result, exceptionDetails } = await this.send("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** Waits until the expression is true; how long that took, in milliseconds. */
  async until(expression, milliseconds = waitMilliseconds) {
    const began = performance.now();
    while (performance.now() - began < milliseconds) {
      try { if (await this.evaluate(`Boolean(${expression})`)) return performance.now() - began; } catch { /* the page is just changing */ }
      await new Promise(done => setTimeout(done, 25));
    }
    throw new Error(`never true within ${milliseconds} ms: ${expression}`);
  }

  async screenshot(path, { whole = false } = {}) {
    const { data } = await this.send("Page.captureScreenshot", { format: "png", captureBeyondViewport: whole });
    writeFileSync(path, Buffer.from(data, "base64"));
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const profile = mkdtempSync(join(tmpdir(), "breakwater-browser-"));
  let browser;
  try {
    browser = await Browser.start(profile);
    const script = await import(pathToFileURL(resolve(process.argv[2])));
    process.exitCode = await script.default(browser, ...process.argv.slice(3)) ?? 0;
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
  } finally {
    browser?.process.removeAllListeners("exit");
    const ended = new Promise(done => browser ? browser.process.once("exit", done) : done());
    browser?.process.kill();
    await ended;
    try {
      rmSync(profile, { recursive: true, force: true, maxRetries: 30, retryDelay: 100 });
    } catch (error) {
      // A process of the browser that is slow to end still writes there: no fault of the pages.
      console.error(`${profile} is left behind: ${error.code}`);
    }
    process.exit();
  }
}
