// The traffic of one service against what is usual for it.
import { LineChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { type EChartsType, init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([LineChart, GridComponent, TooltipComponent, CanvasRenderer]);

/** A chart that has just begun shows at least so much time. */
const leastSeconds = 60;

export interface Point { at: string; packetsPerSecond: number; usualLow: number | null; usualHigh: number | null }

export class TrafficChart {
  private readonly chart: EChartsType;
  private points: Point[] = [];
  private isAttacked = false;

  constructor(private readonly element: HTMLElement, private readonly seconds: number, private readonly format: (value: number) => string) {
    this.chart = init(element);
    new ResizeObserver(() => this.chart.resize()).observe(element);
    this.recolour();
  }

  replace(points: Point[]): void {
    this.points = points;
    this.draw();
  }

  add(point: Point): void {
    this.points.push(point);
    while (this.points.length > this.seconds) this.points.shift();
    this.draw();
  }

  /** What lies above the usual is red in an attack, and amber otherwise. */
  attacked(isAttacked: boolean): void {
    if (isAttacked === this.isAttacked) return;
    this.isAttacked = isAttacked;
    this.recolour();
  }

  /** The style sheet has the colours, for dark and for light. */
  recolour(): void {
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string): string => style.getPropertyValue(name).trim();
    const above = colour(this.isAttacked ? "--alarm" : "--watch");
    const label = { color: colour("--soft"), fontFamily: "Inter Variable", fontSize: 11 };
    this.chart.setOption({
      animation: false,
      textStyle: { fontFamily: "Inter Variable" },
      grid: { left: 4, right: 70, top: 10, bottom: 24 },
      tooltip: {
        trigger: "axis",
        renderMode: "richText", // The page's policy allows no style attributes.
        backgroundColor: colour("--raised"),
        borderColor: colour("--line"),
        textStyle: { color: colour("--ink"), fontFamily: "Inter Variable", fontSize: 12 },
        formatter: (items: unknown) => this.describe(items as { dataIndex: number }[]),
      },
      xAxis: {
        type: "time", axisLine: { lineStyle: { color: colour("--line") } }, axisTick: { show: false }, splitLine: { show: false },
        axisLabel: { ...label, hideOverlap: true, formatter: (value: number) => new Date(value).toISOString().slice(11, 19) },
        splitNumber: 5,
      },
      yAxis: {
        type: "value", position: "right", min: 0, splitNumber: 3, splitLine: { lineStyle: { color: colour("--line") } },
        axisLabel: { ...label, formatter: this.format },
      },
      series: [
        { id: "low", type: "line", stack: "band", symbol: "none", silent: true, lineStyle: { opacity: 0 }, data: [] },
        { id: "band", type: "line", stack: "band", symbol: "none", silent: true, lineStyle: { opacity: 0 }, areaStyle: { color: colour("--band") }, data: [] },
        { id: "line", type: "line", symbol: "none", z: 3, lineStyle: { color: colour("--trace"), width: 2 }, itemStyle: { color: colour("--trace") }, data: [] },
        {
          id: "above", type: "line", symbol: "none", z: 4, silent: true, connectNulls: false,
          lineStyle: { color: above, width: 2 }, areaStyle: { color: above, opacity: 0.12 }, data: [],
        },
      ],
    });
    this.draw();
  }

  private draw(): void {
    const times = this.points.map(point => Date.parse(point.at));
    const end = times.at(-1) ?? Date.now();
    const values = (value: (point: Point) => number | null): [number, number | null][] => this.points.map((point, index) => [times[index] ?? 0, value(point)]);
    const begin = Math.min(times[0] ?? end, end - leastSeconds * 1000);
    this.chart.setOption({
      xAxis: { min: Math.max(begin, end - this.seconds * 1000), max: end },
      series: [
        { id: "low", data: values(point => point.usualLow) },
        { id: "band", data: values(point => (point.usualHigh === null || point.usualLow === null ? null : point.usualHigh - point.usualLow)) },
        { id: "line", data: values(point => point.packetsPerSecond) },
        { id: "above", data: values(point => (point.usualHigh !== null && point.packetsPerSecond > point.usualHigh ? point.packetsPerSecond : null)) },
      ],
    });
    this.element.setAttribute("aria-label", `packets per second, last ${this.seconds} seconds`);
  }

  private describe(items: { dataIndex: number }[]): string {
    const point = this.points[items[0]?.dataIndex ?? -1];
    if (!point) return "";
    const usual = point.usualLow === null || point.usualHigh === null ? "usual range not known yet" : `usual ${this.format(point.usualLow)} to ${this.format(point.usualHigh)}`;
    return `${point.at.slice(11, 19)} UTC\n${this.format(point.packetsPerSecond)}\n${usual}`;
  }
}
