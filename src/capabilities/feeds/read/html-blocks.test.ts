import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readHtmlBlocks } from "./html-blocks.ts";
import type { ReportBlock } from "./report.ts";

function blocksOf(html: string): ReportBlock[] {
  const blocks: ReportBlock[] = [];
  readHtmlBlocks(html, (block) => blocks.push(block));
  return blocks;
}

describe("readHtmlBlocks", () => {
  it("gives headings, items, code, prose and tables with their lines", () => {
    expect(
      blocksOf(
        "<h2>A &amp; B</h2>\n<p>c<b>d</b>\ne</p>\n<ul><li>f\n<li>g</ul><pre>h\ni</pre>\n<table><tr><th>j<th>k</tr>\n<tr><td>l<td>m</table>",
      ),
    ).toEqual([
      { kind: "heading", level: 2, text: "A & B", row: 1 },
      { kind: "prose", text: "cd e", row: 2 },
      { kind: "item", text: "f", row: 4 },
      { kind: "item", text: "g", row: 5 },
      { kind: "code", text: "h", row: 5 },
      { kind: "code", text: "i", row: 6 },
      {
        kind: "table",
        rows: [
          { cells: ["j", "k"], row: 7 },
          { cells: ["l", "m"], row: 8 },
        ],
      },
    ]);
  });

  it("shows only what a reader sees", () => {
    const html =
      "<title>a</title><script>b</script><!-- c --><style>d</style><img alt='e'><a href='f'>g</a><noscript>h</noscript>";
    expect(blocksOf(html)).toEqual([{ kind: "prose", text: "g", row: 1 }]);
  });

  it("reads what stands in text fields, and in no hidden ones", () => {
    const html =
      "<input type='text' value='a'><br><input type=hidden value=b><input type='submit' value='c'><input value=d>";
    expect(blocksOf(html)).toEqual([
      { kind: "prose", text: "a", row: 1 },
      { kind: "prose", text: "d", row: 1 },
    ]);
  });

  it("keeps a table inside the cell of a layout apart", () => {
    const html = "<table><tr><td>intro<table><tr><td>a</td><td>b</td></tr></table></td></tr></table>";
    expect(blocksOf(html)).toEqual([
      { kind: "table", rows: [{ cells: ["a", "b"], row: 1 }] },
      { kind: "prose", text: "intro", row: 1 },
    ]);
  });

  it("takes any text without throwing", () => {
    const piece = fc.constantFrom(
      "<",
      ">",
      "<td>",
      "</td>",
      "<table",
      "<tr>",
      "&#",
      "&amp",
      '"',
      "'",
      "<!--",
      "-->",
      "<script>",
      "<pre>",
      "a\n",
      "</",
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(piece, fc.string()), { maxLength: 40 }),
        (pieces) => void blocksOf(pieces.join("")),
      ),
    );
  });

  it.each(
    ["<a ", "<a '", "<!--", "<script>", "<table><td>", "<", "&", "&#x41;", "</", "<pre>\n", "<p>x"].map(
      (piece) => [piece],
    ),
  )("stays fast on 100,000 times %j", (piece) => {
    const started = performance.now();
    blocksOf(piece.repeat(100_000));
    expect(performance.now() - started).toBeLessThan(3000);
  });
});
