// What first-page.sh checks in the browser: its lines are those of an acceptance script.
import { mkdirSync } from "node:fs";
import { join } from "node:path";

export default async function (browser, link, pictures, demoProcess) {
  let bad = 0;
  const check = (name, isGood, why) => {
    console.log(isGood ? `ok first-page: ${name}` : `FAIL first-page: ${name}: ${why}`);
    if (!isGood) bad = 1;
  };
  mkdirSync(pictures, { recursive: true });
  const origin = new URL(link).origin;

  await browser.view(1360, 980);
  await browser.open(link);
  check("the link logs in and leads to the overview", await browser.evaluate("location.pathname") === "/", await browser.evaluate("location.href"));
  await browser.until("document.querySelector('[data-age].fresh')");
  check("the age of the data is shown", /^data \d+\.\d s old$/.test(await browser.evaluate("document.querySelector('[data-age]').textContent")), "no age");
  await browser.until("document.querySelector('#chart canvas')");
  check("the traffic is drawn live", true);
  await browser.screenshot(join(pictures, "calm.png"));

  // From the flash crowd to the first attack nothing may be called an attack; then it has to be there within a second.
  await browser.until("document.querySelector('.incident.attack, .closed .attack')", 90_000);
  const seen = await browser.evaluate(`(async () => {
    const shown = Date.now();
    const id = document.querySelector('.incident.attack').id;
    const incident = await (await fetch('/api/v1/incidents/' + id)).json();
    const entries = (await (await fetch('/api/v1/incidents/' + id + '/journal')).json()).entries;
    return { page: shown - Date.parse(incident.startedAt), api: Date.parse(entries[0].at) - Date.parse(incident.startedAt), vectors: incident.vectors.map(vector => vector.name), service: incident.service };
  })()`);
  check(`the first attack is the reflection on the portal`, seen.service === "portal" && seen.vectors.includes("ntp-amplification"), JSON.stringify(seen));
  check(`attack to event: ${seen.api} ms (limit 1000)`, seen.api <= 1000, "too late");
  check(`attack to page: ${seen.page} ms (limit 1000)`, seen.page <= 1000, "too late");
  await browser.until("document.querySelector('.verdict-line.attacked')");
  check("the headline says so", (await browser.evaluate("document.querySelector('[data-headline]').textContent")).includes("under attack"), "no");
  await new Promise(done => setTimeout(done, 4_000));
  await browser.screenshot(join(pictures, "attack-light.png"));
  await browser.view(1360, 980, { dark: true });
  await new Promise(done => setTimeout(done, 500));
  await browser.screenshot(join(pictures, "attack-dark.png"));
  await browser.view(400, 860);
  await new Promise(done => setTimeout(done, 500));
  check("a telephone needs no sideways scrolling", await browser.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it does");
  await browser.screenshot(join(pictures, "attack-phone.png"));
  await browser.view(1360, 980);

  // Nothing comes: the page says so by itself.
  process.kill(Number(demoProcess), "SIGSTOP");
  const staleAfter = await browser.until("document.querySelector('[data-age].stale')", 8_000);
  process.kill(Number(demoProcess), "SIGCONT");
  check(`stale when nothing comes (after ${Math.round(staleAfter)} ms)`, staleAfter > 1_000 && staleAfter < 5_000, `${staleAfter} ms`);
  await browser.until("document.querySelector('[data-age].fresh')");
  check("fresh again when it comes again", true);

  await browser.view(1360, 980, { script: false });
  await browser.open(`${origin}/`);
  check("without a script: services, incidents and the chart are there",
    await browser.evaluate("document.querySelectorAll('.service').length === 4 && document.querySelectorAll('.incident').length > 0 && document.querySelector('#chart polyline') !== null"), "something is missing");
  await browser.screenshot(join(pictures, "without-script.png"));
  await browser.open(await browser.evaluate("document.querySelector('.incident h3 a').href"));
  check("one incident has its reasons and its journal", await browser.evaluate("document.querySelectorAll('.reasons li').length > 0 && document.querySelectorAll('.journal li').length > 0"), "something is missing");
  await browser.screenshot(join(pictures, "incident.png"));

  check("no error, and nothing that the policy refused", browser.complaints.length === 0, browser.complaints.join("; "));
  const foreign = [...new Set(browser.requests.filter(url => !url.startsWith("data:")).map(url => new URL(url).origin))].filter(other => other !== origin);
  check("nothing came from another host", foreign.length === 0, foreign.join(", "));

  await browser.open(link);
  check("the link works once", (await browser.evaluate("document.body.textContent")).includes("has been used"), "it logged in again");
  return bad;
}
