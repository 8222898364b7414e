// Writes a workbook to standard output as SheetJS or exceljs does it: `node writers.cjs MODULE`, its tables on standard
// input as JSON, a day as {"day": "2022-02-11"}; in UTC.
"use strict";
const writer = require(process.argv[2]), tables = JSON.parse(require("fs").readFileSync(0, "utf8"));
const cell = (value) => (value && value.day ? new Date(`${value.day}T00:00:00Z`) : value === "" ? null : value);
const rows = (table) => table.map((row) => row.map(cell));
async function made() {
  if (writer.Workbook) {
    const book = new writer.Workbook();
    for (const [sheet, table] of Object.entries(tables)) book.addWorksheet(sheet).addRows(rows(table));
    return book.xlsx.writeBuffer();
  }
  const book = writer.utils.book_new();
  for (const [sheet, table] of Object.entries(tables))
    writer.utils.book_append_sheet(book, writer.utils.aoa_to_sheet(rows(table)), sheet);
  return writer.write(book, { type: "buffer", bookType: "xlsx" });
}
made().then((data) => process.stdout.write(data));
