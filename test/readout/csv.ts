/** Records of a CSV text by the grammar of RFC 4180 section 2, and by nothing of ours. Throws where the text is none. */
export const parseCsv = (text: string): readonly (readonly string[])[] => {
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  const records: string[][] = [];
  let record: string[] = [];
  while (field.lastIndex < text.length) {
    const at = field.lastIndex;
    const match = field.exec(text);
    if (match === null) throw new Error(`no field at ${at}: ${text.slice(at, at + 40)}`);
    record.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? "");
    if (match[3] === "\r\n") {
      records.push(record);
      record = [];
    }
  }
  if (record.length > 0) throw new Error("the last record does not end");
  return records;
};

/** Each record by the names of the header. */
export const recordsOf = (text: string): readonly Readonly<Record<string, string>>[] => {
  const [header = [], ...records] = parseCsv(text);
  return records.map((record) => {
    if (record.length !== header.length)
      throw new Error(`${record.length} fields below ${header.length} names`);
    return Object.fromEntries(header.map((name, i) => [name, record[i] ?? ""]));
  });
};
