import type { Interval } from "../interval.ts";
import type { Colour } from "../palette.ts";
import type { Band } from "../verdict.ts";

/** A point of a curve, with its error band where it is an estimate. A `y` that is no number is a gap. */
export interface Point {
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
}

export interface Series {
  /** Empty for the only curve of a figure, which needs none. */
  readonly name: string;
  readonly colour: Colour;
  readonly points: readonly Point[];
  readonly dashed?: boolean;
  /** `thin` lines stand in the background (one seed of several) and carry no label. */
  readonly weight?: "thin" | "normal";
}

/** A line to hold curves against: one value, or steps that each hold until the next point. */
export interface Threshold {
  readonly label: string;
  readonly value: number | readonly { readonly x: number; readonly y: number }[];
}

/** Curves against step (or time). */
export interface TimeSeries {
  readonly kind: "time-series";
  /** What is to be seen, for a reader who cannot see it. */
  readonly description: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly yScale?: "linear" | "log";
  /** The frame in y; curves beyond it are cut and the figure says so. */
  readonly yDomain?: readonly [number, number];
  readonly series: readonly Series[];
  readonly thresholds?: readonly Threshold[];
  /** A shaded stretch, as of the steps that are averaged. */
  readonly window?: { readonly from: number; readonly to: number; readonly label: string };
  readonly events?: readonly { readonly x: number; readonly label: string }[];
}

/** A level to hold points against. */
export interface Reference {
  readonly y: number;
  readonly label: string;
}

/** A measured level against a setting (batch size, learning rate): intervals over faint seeds. */
export interface Plateau {
  readonly kind: "plateau";
  readonly description: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xScale?: "linear" | "log";
  readonly yScale?: "linear" | "log";
  readonly series: readonly {
    readonly name: string;
    readonly colour: Colour;
    readonly points: readonly {
      readonly x: number;
      readonly estimate: Interval;
      readonly seeds?: readonly number[];
    }[];
  }[];
  readonly reference?: Reference | readonly Reference[];
  /** Shaded; the caption says whose band it is. */
  readonly band?: Band;
  /** Words for values of x, such as `1,024 (all)`; other values are written as numbers. */
  readonly xNames?: readonly { readonly x: number; readonly label: string }[];
}

/** Loss along runs that leave one checkpoint with one setting changed. */
export interface Forks {
  readonly kind: "forks";
  readonly description: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** In rising order of the change; each run is one order seed. */
  readonly forks: readonly {
    readonly label: string;
    readonly control?: boolean;
    readonly runs: readonly (readonly Point[])[];
  }[];
  readonly threshold?: Threshold;
  readonly yDomain?: readonly [number, number];
}

/** The critical change of a setting times what each measure predicts of it: nearest 1 decides. */
export interface CriticalFactor {
  readonly kind: "critical-factor";
  readonly description: string;
  readonly xLabel: string;
  readonly reference: { readonly x: number; readonly label: string };
  readonly rows: readonly {
    readonly name: string;
    readonly colour: Colour;
    readonly estimate: Interval;
    readonly observations: readonly {
      readonly label: string;
      readonly estimate: Interval;
      /** The true value lies beyond: no change tried was large (or small) enough. */
      readonly censored?: "above" | "below";
    }[];
  }[];
}

/** Density of eigenvalues on a logarithmic axis, single eigenvalues marked at its foot. */
export interface Spectrum {
  readonly kind: "spectrum";
  readonly description: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** Signed logarithm of eigenvalues, linear within this distance of 0; a linear axis without it. */
  readonly linearWithin?: number;
  readonly yDomain: readonly [number, number];
  readonly series: readonly {
    readonly name: string;
    readonly colour: Colour;
    readonly points: readonly Point[];
    /** Those with a label are named above the frame. */
    readonly eigenvalues: readonly { readonly value: number; readonly label?: string }[];
  }[];
}

/** Named amounts as bars from 0, the name above each. */
export interface Bars {
  readonly kind: "bars";
  readonly description: string;
  readonly xLabel: string;
  readonly colour: Colour;
  /** The axis reaches at least so far. */
  readonly xDomain?: readonly [number, number];
  readonly rows: readonly {
    readonly name: string;
    readonly estimate: Interval;
    /** The amount in words. */
    readonly text: string;
    /** A sum of other rows, say: drawn in ink. */
    readonly total?: boolean;
  }[];
}

/** Points on two logarithmic axes, held against lines of slope 1 or 0. */
export interface Scatter {
  readonly kind: "scatter";
  readonly description: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly {
    readonly name: string;
    readonly colour: Colour;
    readonly points: readonly { readonly x: number; readonly y: number; readonly label?: string }[];
  }[];
  /** y = factor·x or y = level. */
  readonly lines: readonly ({ readonly label: string } & (
    { readonly factor: number } | { readonly level: number }
  ))[];
}

/** Filled contours of a function on a plane; where it has no value it counts as above all levels. */
export interface Contours {
  readonly kind: "contours";
  readonly description: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** values[i][j] at x[i], y[j]; the grids are even. */
  readonly values: readonly (readonly (number | null)[])[];
  /** Rising. */
  readonly levels: readonly number[];
  /** A place to mark. */
  readonly here?: { readonly x: number; readonly y: number; readonly label: string };
  /** Ways across the plane, drawn over the contours. */
  readonly paths?: readonly {
    readonly colour: Colour;
    readonly points: readonly { readonly x: number; readonly y: number }[];
  }[];
}

/** Estimates with their error bars on a paper's axes, held against lines: fits and theories. */
export interface LineFit {
  readonly kind: "line-fit";
  readonly description: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xScale?: "linear" | "log";
  readonly yScale?: "linear" | "log";
  readonly series: readonly {
    readonly name: string;
    readonly colour: Colour;
    readonly points: readonly { readonly x: number; readonly estimate: Interval }[];
  }[];
  /** Through the points given, straight between them; with `low` and `high` a band around. */
  readonly lines: readonly {
    readonly label: string;
    readonly colour: Colour;
    readonly dashed?: boolean;
    readonly points: readonly Point[];
  }[];
}

/** Everything that can be drawn, as plain data that survives JSON. */
export type Figure =
  TimeSeries | Plateau | Forks | CriticalFactor | Spectrum | Bars | Scatter | LineFit | Contours;
