/** An allocation file is refused whole: half a table would answer "unallocated" for the other half without a word. */
export class UnreadableAllocationTable extends Error {
  override readonly name = "UnreadableAllocationTable";
  readonly file: string;
  /** 1-based line of a CSV file; 0 when the file as a whole is unreadable. */
  readonly row: number;
  constructor(file: string, row: number, message: string, options?: ErrorOptions) {
    super(row > 0 ? `${file}, line ${row}: ${message}` : `${file}: ${message}`, options);
    this.file = file;
    this.row = row;
  }
}
