// Keeps the first page fresh: the event stream for incidents and traffic, the chart, the age of the data. The page is complete without it.
import { TrafficChart, type Point } from "./chart";

interface ServiceTraffic { name: string; packetsPerSecond: number; bitsPerSecond: number; usualLow: number | null; usualHigh: number | null }
interface BreakwaterEvent { id: string | null; at: string; kind: string; subject: string | null; data: unknown }
interface TrafficData { ageSeconds: number; services: ServiceTraffic[] }

const overviewRefreshMilliseconds = 5_000;
const refreshDelayMilliseconds = 150;
const ageMilliseconds = 200;

const prefixes = ["", "k", "M", "G", "T"];

/** 12.3 k, as the server writes it. */
function scaled(value: number, unit: string): string {
  let step = 0;
  while (Math.abs(value) >= 1000 && step < prefixes.length - 1) {
    value /= 1000;
    step++;
  }
  const digits = Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0;
  return `${Number(value.toFixed(digits))} ${prefixes[step]}${unit}`;
}

function span(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return seconds < 7200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
}

/** The age of the data is that of the last second received, plus the time since: no clock of this machine is compared with the server's. */
class Age {
  private receivedAt: number | null = null;
  private ageAtReceipt = 0;

  constructor(private readonly element: HTMLElement) {
    setInterval(() => this.show(), ageMilliseconds);
  }

  receive(ageSeconds: number): void {
    this.receivedAt = performance.now();
    this.ageAtReceipt = Math.max(0, ageSeconds);
    this.show();
  }

  private show(): void {
    if (this.receivedAt === null) return;
    const age = this.ageAtReceipt + (performance.now() - this.receivedAt) / 1000;
    const isStale = age > Number(this.element.dataset.staleSeconds);
    this.element.textContent = isStale ? `stale: data is ${span(age)} old` : `data ${age.toFixed(1)} s old`;
    this.element.classList.toggle("stale", isStale);
    this.element.classList.toggle("fresh", !isStale);
    this.element.classList.remove("waiting");
    document.body.classList.toggle("is-stale", isStale);
  }
}

/** The part of the page that changes, made by the server: what is folded open stays open. */
class Overview {
  private timer: number | undefined;

  constructor(private readonly element: HTMLElement, private readonly chart: Chart | undefined) {
    setInterval(() => void this.load(), overviewRefreshMilliseconds);
  }

  refreshSoon(): void {
    if (this.timer === undefined) this.timer = window.setTimeout(() => void this.load(), refreshDelayMilliseconds);
  }

  private async load(): Promise<void> {
    window.clearTimeout(this.timer);
    this.timer = undefined;
    let answer: Response;
    try {
      answer = await fetch("/parts/overview", { headers: { Accept: "text/html" } });
    } catch {
      return; // The age of the data says that nothing comes.
    }
    if (answer.status === 401) {
      location.href = "/login";
      return;
    }
    if (!answer.ok) return;
    const text = await answer.text();
    const isOpen = new Map([...this.element.querySelectorAll<HTMLDetailsElement>("details[id]")].map(details => [details.id, details.open]));
    this.element.innerHTML = text;
    for (const details of this.element.querySelectorAll<HTMLDetailsElement>("details[id]"))
      details.open = isOpen.get(details.id) ?? details.open;
    this.mark();
  }

  /** Which service's traffic is drawn, and the mood of the whole. */
  mark(): void {
    for (const row of this.element.querySelectorAll<HTMLElement>("[data-service]")) {
      const isChosen = row.dataset.service === this.chart?.service;
      row.classList.toggle("chosen", isChosen);
      if (isChosen) this.chart?.attacked(row.classList.contains("attacked"));
    }
    const line = this.element.querySelector<HTMLElement>("[data-headline]");
    const mood = line?.className.split(" ").find(name => ["calm", "watched", "attacked"].includes(name)) ?? "";
    const top = document.querySelector<HTMLElement>("[data-top]");
    if (top) top.className = `top ${mood}`;
    document.title = mood === "calm" || !line ? "Breakwater" : `${line.textContent} – Breakwater`;
  }

  traffic(services: ServiceTraffic[]): void {
    for (const service of services) {
      const row = this.element.querySelector(`[data-service="${CSS.escape(service.name)}"]`);
      const [packets, bits] = [row?.querySelector("[data-packets]"), row?.querySelector("[data-bits]")];
      if (packets) packets.textContent = scaled(service.packetsPerSecond, "pkt/s");
      if (bits) bits.textContent = scaled(service.bitsPerSecond, "bit/s");
    }
  }
}

class Chart {
  private chart: TrafficChart | undefined;
  private readonly seconds: number;
  service: string | undefined;

  constructor(private readonly element: HTMLElement) {
    this.seconds = Number(element.dataset.seconds);
    this.service = element.dataset.service || undefined;
  }

  async choose(service: string | undefined): Promise<void> {
    if (!service) return;
    this.service = service;
    const answer = await fetch(`/api/v1/traffic?service=${encodeURIComponent(service)}&seconds=${this.seconds}`);
    if (!answer.ok) return;
    const points = ((await answer.json()) as { points: Point[] }).points;
    if (this.service !== service) return;
    if (!this.chart) {
      this.element.replaceChildren();
      this.element.classList.add("live");
      this.chart = new TrafficChart(this.element, this.seconds, value => scaled(value, "pkt/s"));
    }
    this.chart.replace(points);
    for (const name of document.querySelectorAll("[data-chart-name]")) name.textContent = service;
  }

  add(at: string, services: ServiceTraffic[]): void {
    const own = services.find(service => service.name === this.service);
    if (own) this.chart?.add({ at, ...own });
  }

  attacked(isAttacked: boolean): void {
    this.chart?.attacked(isAttacked);
  }

  recolour(): void {
    this.chart?.recolour();
  }
}

/** Dark or light: as the system has it, until somebody says otherwise. */
function followTheme(changed: () => void): void {
  const key = "breakwater-theme";
  const isDark = matchMedia("(prefers-color-scheme: dark)");
  const kept = localStorage.getItem(key);
  if (kept) document.documentElement.dataset.theme = kept;
  const button = document.querySelector<HTMLButtonElement>("[data-theme-switch]");
  if (!button) return;
  button.hidden = false;
  const show = (): void => {
    const theme = document.documentElement.dataset.theme ?? (isDark.matches ? "dark" : "light");
    button.textContent = theme === "dark" ? "Light" : "Dark";
    button.dataset.next = theme === "dark" ? "light" : "dark";
    changed();
  };
  button.addEventListener("click", () => {
    document.documentElement.dataset.theme = button.dataset.next;
    localStorage.setItem(key, button.dataset.next ?? "");
    show();
  });
  isDark.addEventListener("change", show);
  show();
}

function start(): void {
  const ageElement = document.querySelector<HTMLElement>("[data-age]");
  const overviewElement = document.getElementById("overview");
  const chartElement = document.getElementById("chart");
  const chart = chartElement ? new Chart(chartElement) : undefined;
  followTheme(() => chart?.recolour());
  if (!ageElement) return;
  const age = new Age(ageElement);
  const overview = overviewElement ? new Overview(overviewElement, chart) : undefined;
  overviewElement?.addEventListener("click", event => {
    const row = (event.target as Element).closest<HTMLElement>("[data-service] > a")?.parentElement;
    if (!row || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    history.replaceState(null, "", `/?service=${encodeURIComponent(row.dataset.service ?? "")}`);
    void chart?.choose(row.dataset.service).then(() => overview?.mark());
  });
  void chart?.choose(chart.service).then(() => overview?.mark());

  const events = new EventSource("/api/v1/events?traffic=1");
  events.onmessage = message => {
    const event = JSON.parse(message.data as string) as BreakwaterEvent;
    if (event.kind === "traffic") {
      const { ageSeconds, services } = event.data as TrafficData;
      age.receive(ageSeconds);
      overview?.traffic(services);
      chart?.add(event.at, services);
    } else {
      overview?.refreshSoon();
    }
  };
}

start();
