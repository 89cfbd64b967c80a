import { gzipSync } from "node:zlib";
import { expect, suite, test } from "vitest";
import { csvDataset, csvRecords, DataError, type CsvDatasetOptions } from "./index.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const about = { name: "toy", source: "made here", file: "f" };
const read = (text: string, options: Partial<CsvDatasetOptions> = {}) =>
  csvDataset(bytes(text), { ...about, ...options });

suite("csvRecords", () => {
  test("follows RFC 4180, and skips blank lines", () => {
    const text = '\uFEFFa, b ,"c ""d"", e"\r\n\r\n"two\nlines",,x\r\n1,2,3';
    expect([...csvRecords(bytes(text))]).toEqual([
      { line: 1, fields: ["a", "b", 'c "d", e'] },
      { line: 3, fields: ["two\nlines", "", "x"] },
      { line: 5, fields: ["1", "2", "3"] },
    ]);
  });

  test.each([
    [
      "an open quote",
      bytes('1,2\n3,"4\n'),
      "f: a quoted field must be closed, got the end of the file after row 2",
    ],
    [
      "text after a quote",
      bytes('1,2\n"3"4,5\n'),
      `f: a closing quote must end the field, got "4" at row 2, column 1`,
    ],
    [
      "bytes that are no UTF-8",
      Uint8Array.of(0x31, 0xff, 0x0a),
      "f: text must be UTF-8, got other bytes among its 3",
    ],
  ])("refuses %s", (_, data, message) => {
    expect(() => [...csvRecords(data, { file: "f" })]).toThrow(new DataError(message));
  });
});

suite("csvDataset", () => {
  test("takes the last column for labels, and no header where all inputs are numbers", () => {
    const data = read("1,-2.5e3,b\n.5,+4,a\n3.,0,b\n");
    expect(data.inputs).toEqual({ data: Float64Array.of(1, -2500, 0.5, 4, 3, 0), shape: [3, 2] });
    expect(data.labels).toEqual(Int32Array.of(1, 0, 1));
    expect(data.classNames).toEqual(["a", "b"]);
  });

  test("orders whole-number labels by value, not by text, and counts 1 and 1.0 as one", () => {
    const data = read("0,10\n0,9\n0,1\n0,1.0\n");
    expect(data.classNames).toEqual(["1", "9", "10"]);
    expect(data.labels).toEqual(Int32Array.of(2, 1, 0, 0));
  });

  test("finds target and dropped columns by name or index, gzipped too", () => {
    const text = "id,y,x\n1,0.5,10\n2,1.5,20\n";
    const wanted = { data: Float64Array.of(0.5, 1.5), shape: [2, 1] };
    const byName = csvDataset(new Uint8Array(gzipSync(text)), {
      ...about,
      target: "y",
      drop: ["id"],
      targetKind: "value",
    });
    expect(byName.targets).toEqual(wanted);
    expect(byName.inputs).toEqual({ data: Float64Array.of(10, 20), shape: [2, 1] });
    expect(read(text, { target: -2, drop: [0], targetKind: "value" })).toEqual(byName);
  });

  test("a header of numbers must be declared", () => {
    expect(read("1,2\n3,0\n", { header: true }).inputs.shape).toEqual([1, 1]);
    expect(read("1,2\n3,0\n").inputs.shape).toEqual([2, 1]);
  });

  test("reads other delimiters", () => {
    expect(read("1;2;a\n3;4;b", { delimiter: ";" }).inputs.shape).toEqual([2, 2]);
    expect(read("1\t2\ta\n3\t4\tb", { delimiter: "\t" }).inputs.shape).toEqual([2, 2]);
  });

  test("understands scikit-learn's header", () => {
    const data = read("3,2,red,green\n1,2,1\n3,4,0\n5,6,1\n");
    expect(data.classNames).toEqual(["red", "green"]);
    expect(data.labels).toEqual(Int32Array.of(1, 0, 1));
    expect(() => read("4,2,red,green\n1,2,1\n3,4,0\n")).toThrow(
      "f: the header must give the number of rows, got 4 for 2 rows at row 1",
    );
    expect(() => read("1,2,red,green\n1,2,5\n")).toThrow(
      `f: a label must be from 0 to 1 as the header says, got "5" at row 2, column 3`,
    );
  });

  test.each<[string, string, Partial<CsvDatasetOptions>, string]>([
    [
      "NaN",
      "a,y\n1,0\nnan,1\n",
      {},
      `f: a value must be a finite number, got "nan" at row 3, column 1 ("a")`,
    ],
    [
      "infinity",
      "1,0\n\n-inf,1\n",
      {},
      `f: a value must be a finite number, got "-inf" at row 3, column 1`,
    ],
    [
      "NaN in the first row",
      "NaN,0\n1,1\n",
      {},
      `f: a value must be a finite number, got "NaN" at row 1, column 1`,
    ],
    [
      "a number beyond float64",
      "1e999,0\n1,1\n",
      {},
      `f: a value must be a finite number, got "1e999" at row 1, column 1`,
    ],
    [
      "an empty field",
      "1,2,0\n1,,0\n",
      {},
      `f: a value must be a finite number, got "" at row 2, column 2`,
    ],
    [
      "hexadecimal",
      "1,0\n0x10,0\n",
      {},
      `f: a value must be a finite number, got "0x10" at row 2, column 1`,
    ],
    ["a short row", "1,2,0\n3,0\n1,2,0\n", {}, "f: rows must have 3 fields, got 2 at row 2"],
    ["a long row", "1,0\n3,0\n1,2,0\n", {}, "f: rows must have 2 fields, got 3 at row 3"],
    [
      "an unknown column",
      "a,b\n1,0\n",
      { target: "c" },
      `f: a column must be one of "a", "b", got "c"`,
    ],
    ["an index outside", "1,0\n", { target: 2 }, "f: a column index must be from -2 to 1, got 2"],
    [
      "a name without a header",
      "1,0\n",
      { target: "y", header: false },
      "f: columns can be named only where there is a header, got none at row 1",
    ],
    [
      "a fraction for a label",
      "1,0.5\n",
      {},
      `f: a label must be a name or a whole number (targetKind "value" is for regression), got "0.5" at row 1, column 2`,
    ],
    ["an empty label", "1,a\n2,\n", {}, `f: a label must not be empty, got "" at row 2, column 2`],
    [
      "a name for a value",
      "1,a\n",
      { targetKind: "value" },
      `f: a value must be a finite number, got "a" at row 1, column 2`,
    ],
    ["an empty file", "\n\n", {}, "f: csv data must have at least 1 row, got none"],
    [
      "a header alone",
      "a,b\n",
      {},
      "f: csv data must have at least 1 row below its header, got none",
    ],
    [
      "one column",
      "1\n2\n",
      {},
      "f: csv rows must have an input and a target, got 1 column at row 1",
    ],
    ["no inputs left", "1,0\n", { drop: [0] }, "f: at least 1 input column must be left, got 0"],
  ])("refuses %s, naming row and column", (_, text, options, message) => {
    expect(() => read(text, options)).toThrow(new DataError(message));
  });
});
